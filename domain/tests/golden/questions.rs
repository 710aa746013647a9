//! Questions a script can ask: what people see, without changing anything.

use std::error::Error;

use domain::alert;
use domain::id::{CounterId, QueueId};
use domain::office::Office;
use domain::statistics;
use domain::time::{Date, MINUTE_MS, Now};

use crate::clerk::Names;
use crate::journal;

type Fault = Box<dyn Error>;

/// Answers a question, or `None` when the line is no question.
pub(crate) fn answer(
    line: &goldenscript::Command,
    office: &Office,
    now: Now,
    names: &Names,
) -> Option<Result<String, Fault>> {
    let mut words = line.consume_args();
    let word = words.next_pos().unwrap_or("");
    let text = match line.name.as_str() {
        "alerts" => Ok(alerts(office, now, names)),
        "hours" => hours(office, word),
        "notices" => notices(office, now, word),
        "waiting" => waiting(office, word),
        "presence" => presence(office, word),
        "durations" => durations(office, now, word),
        _ => return None,
    };
    let time = journal::time(now.at);
    let lines = |text: String| text.lines().map(|line| format!("{time} {line}\n")).collect();
    Some(text.map(lines))
}

fn alerts(office: &Office, now: Now, names: &Names) -> String {
    let alerts = alert::alerts(office, now);
    if alerts.is_empty() {
        return "no alert".to_owned();
    }
    let line = |alert| journal::plain(&format!("{alert:?}"), &names.labels);
    let lines: Vec<String> = alerts.iter().map(line).collect();
    lines.join("\n")
}

fn hours(office: &Office, word: &str) -> Result<String, Fault> {
    let number = word.replace('-', "").parse()?;
    let date = Date::from_yyyymmdd(number).ok_or("no such day")?;
    let calendar = &office.setup().ok_or("no setup")?.calendar;
    let limit_min = calendar.wait_limit_ms(date) / MINUTE_MS;
    let weekday = date.weekday();
    Ok(match calendar.hours(date) {
        None => format!("{date} {weekday:?}: closed"),
        Some(hours) => format!(
            "{date} {weekday:?}: {}–{}, tickets until {}, lingering {:?}, \
             wait limit {limit_min} min",
            hours.open, hours.close, hours.tickets_until, hours.lingering
        ),
    })
}

fn notices(office: &Office, now: Now, word: &str) -> Result<String, Fault> {
    let queue = QueueId::new(word).ok_or("no such queue")?;
    let calendar = &office.setup().ok_or("no setup")?.calendar;
    let ids: Vec<&str> =
        calendar.notices_for(queue, now).map(|notice| notice.id.as_str()).collect();
    Ok(if ids.is_empty() { "no notice".to_owned() } else { ids.join(" ") })
}

fn waiting(office: &Office, word: &str) -> Result<String, Fault> {
    let queue = QueueId::new(word).ok_or("no such queue")?;
    let labels: Vec<String> =
        office.waiting(queue).iter().map(|ticket| ticket.label.to_string()).collect();
    Ok(if labels.is_empty() { "nobody".to_owned() } else { labels.join(" ") })
}

fn presence(office: &Office, word: &str) -> Result<String, Fault> {
    let counter = CounterId::new(word).ok_or("no such counter")?;
    Ok(format!("{:?}", office.presence(counter)))
}

fn durations(office: &Office, now: Now, word: &str) -> Result<String, Fault> {
    let label = domain::label::Label::parse(word).ok_or("no label")?;
    let ticket = office.find_label(label).ok_or("no such ticket")?;
    let sums = statistics::durations(ticket, now.at);
    let minutes = |ms: i64| ms / MINUTE_MS;
    Ok(format!(
        "{label} wait {} walk {} service {} handling {} stay {} min, {:?}",
        minutes(sums.wait_ms),
        minutes(sums.walk_ms),
        minutes(sums.service_ms),
        minutes(sums.handling_ms),
        minutes(sums.stay_ms),
        ticket.times
    ))
}
