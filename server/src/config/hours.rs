//! The calendar of an office file: hours, holidays, wait limits, timed notices.

use domain::calendar::{Calendar, DayHours, Holidays, Lingering, TimedNotice};
use domain::id::QueueId;
use domain::time::{Date, MinuteOfDay};

use super::names::{List, Names, own_key};
use super::table::{Field, Table};

const DAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

const HOLIDAYS: [(&str, Holidays); 2] = [("japan", Holidays::Japan), ("none", Holidays::None)];

const LINGERING: [(&str, Lingering); 2] =
    [("alert", Lingering::Alert), ("allowed", Lingering::Allowed)];

/// Reads `[calendar]`.
pub(super) fn calendar(root: &mut Table<'_>, names: &Names<'_>) -> Calendar {
    let mut calendar = Calendar {
        weekly: [None; 7],
        holidays: Holidays::Japan,
        closed_yearly: Vec::new(),
        closed: Vec::new(),
        open: Vec::new(),
        busy_months: Vec::new(),
        wait_limit_min: 30,
        wait_limit_busy_min: 60,
        day_lead_min: 60,
        day_end: MinuteOfDay::new(22, 0).expect("22:00 is a time of day"),
        notices: Vec::new(),
    };
    let Some(mut table) = root.required_table("calendar") else {
        return calendar;
    };
    weekly(&mut table, &mut calendar);
    exceptions(&mut table, &mut calendar);
    limits(&mut table, &mut calendar);
    calendar.notices = notices(&mut table, names);
    table.finish();
    calendar
}

fn weekly(table: &mut Table<'_>, calendar: &mut Calendar) {
    let Some(mut hours) = table.required_table("hours") else {
        return;
    };
    for (day, name) in DAYS.into_iter().enumerate() {
        let Some(field) = hours.required(name) else {
            continue;
        };
        if !field.is_word("closed") {
            calendar.weekly[day] = day_hours(&field);
        }
    }
    hours.finish();
}

fn day_hours(field: &Field<'_>) -> Option<DayHours> {
    let expected = "\"closed\" or hours such as { open = \"08:30\", close = \"17:30\" }";
    if !field.is_table() {
        field.wrong(format!("{} is not opening hours", field.quote()), expected);
        return None;
    }
    let mut table = field.table()?;
    let hours = hours(&mut table);
    table.finish();
    hours
}

/// Reads the hours within a day's table.
fn hours(table: &mut Table<'_>) -> Option<DayHours> {
    let open = table.required("open").and_then(|field| field.time());
    let close = table.required("close");
    let close = close.and_then(|field| Some((field.time()?, field)));
    let until = table.optional("tickets_until");
    let until = until.and_then(|field| Some((field.time()?, field)));
    let lingering = table.optional("lingering");
    let lingering = lingering.and_then(|field| field.choice(&LINGERING));
    let (open, (close, close_field)) = (open?, close?);
    if close <= open {
        let what = format!("closing at {close} is not after opening at {open}");
        close_field.misfit(what, format!("a time after {open}"));
        return None;
    }
    if let Some((until, field)) = &until
        && !(open < *until && *until <= close)
    {
        let what = format!("tickets until {until} does not lie within {open} to {close}");
        field.misfit(what, format!("a time after {open}, up to {close}"));
        return None;
    }
    Some(DayHours {
        open,
        close,
        tickets_until: until.map_or(close, |(until, _)| until),
        lingering: lingering.unwrap_or(Lingering::Alert),
    })
}

fn exceptions(table: &mut Table<'_>, calendar: &mut Calendar) {
    if let Some(field) = table.optional("holidays") {
        calendar.holidays = field.choice(&HOLIDAYS).unwrap_or(Holidays::Japan);
    }
    if let Some(field) = table.optional("closed_yearly") {
        let days = field.items("a list of days such as [\"12-29\", \"12-30\"]");
        calendar.closed_yearly = days.iter().filter_map(Field::yearly_day).collect();
    }
    if let Some(field) = table.optional("closed") {
        let days = field.items("a list of dates such as [\"2027-05-06\"]");
        calendar.closed = days.iter().filter_map(Field::date).collect();
    }
    if let Some(field) = table.optional("open") {
        let expected = "a list such as [{ date = \"2027-03-28\", open = …, close = … }]";
        for item in field.items(expected) {
            calendar.open.extend(open_date(&item, &calendar.closed));
        }
    }
}

fn open_date(item: &Field<'_>, closed: &[Date]) -> Option<(Date, DayHours)> {
    let mut table = item.table()?;
    let date = table.required("date");
    let date = date.and_then(|field| Some((field.date()?, field)));
    let hours = hours(&mut table);
    table.finish();
    let (date, field) = date?;
    if closed.contains(&date) {
        field.misfit(format!("{date} is also in closed"), "a date in one of the lists");
    }
    Some((date, hours?))
}

fn limits(table: &mut Table<'_>, calendar: &mut Calendar) {
    if let Some(field) = table.optional("busy_months") {
        let months = field.items("a list of months such as [4, 6]");
        let months = months.iter().filter_map(|month| month.number(1, 12));
        calendar.busy_months = months.collect();
    }
    let mut minutes = |name, stored: &mut u16, min, max| {
        let number = table.optional(name).and_then(|field| field.number(min, max));
        *stored = number.unwrap_or(*stored);
    };
    minutes("wait_limit_min", &mut calendar.wait_limit_min, 1, 480);
    let busy = &mut calendar.wait_limit_busy_min;
    minutes("wait_limit_busy_min", busy, 1, 480);
    minutes("day_lead_min", &mut calendar.day_lead_min, 0, 480);
    if let Some(field) = table.optional("day_end")
        && let Some(day_end) = field.time()
    {
        calendar.day_end = day_end;
        let latest = calendar.weekly.iter().flatten().map(|hours| hours.close);
        let dates = calendar.open.iter().map(|(_, hours)| hours.close);
        if let Some(latest) = latest.chain(dates).max()
            && day_end < latest
        {
            let what = format!("the day would end at {day_end}, before closing at {latest}");
            field.misfit(what, format!("a time not before {latest}"));
        }
    }
}

fn notices(table: &mut Table<'_>, names: &Names<'_>) -> Vec<TimedNotice> {
    let mut notices = Vec::new();
    for mut entry in table.entries("notices", "id") {
        let from = entry.required("from").and_then(|field| field.time());
        let queues = names.several(&mut entry, "queues", List::Queues);
        let text = entry.required("text").and_then(|field| field.text());
        let id = own_key(&mut entry, "id");
        entry.finish();
        if let Some(from) = from {
            notices.push(TimedNotice {
                id,
                from,
                queues: queues.into_iter().map(QueueId).collect(),
                text: text.unwrap_or_default(),
            });
        }
    }
    notices
}
