// One device in full: where it is, its exchanges in hex with their meaning, its unsettled slips.

import { zone } from "../shared/clock";
import { pick, timeText } from "../shared/format";
import { staff_language } from "../shared/i18n/staff";
import { Mark } from "../shared/parts";
import type { DeviceDetail, DeviceView, ExchangeView, JobView } from "../shared/protocol";
import { detailText, inputRefusedText, meaningText } from "./meanings";
import { agoParts } from "./store";
import { deviceText } from "./words";

type Press = (device: string, name: string, path: string, body?: object) => Promise<void>;

export function Detail(props: {
  device: DeviceDetail | null;
  colon: string;
  said: { words: string; level: "calm" | "over" } | null;
  onClose: () => void;
  onPress: Press;
}) {
  const text = deviceText();
  const shown = props.device;
  if (shown === null) return <section class="detail" aria-busy="true" />;
  const { device, exchanges } = shown;
  const name = pick(device.name, staff_language.value);
  return (
    <section class="detail" aria-labelledby="detail-title">
      <header>
        <h2 id="detail-title">
          {text.kinds[device.kind]} {name === "" ? device.owner : name}
        </h2>
        <button onClick={props.onClose}>{text.less}</button>
      </header>
      <p class="said" role="status">
        {props.said !== null && <Mark level={props.said.level}>{props.said.words}</Mark>}
      </p>
      <dl>
        <dt>{text.address}</dt>
        <dd>
          <code>{device.address}</code>
        </dd>
        <dt>{text.driver}</dt>
        <dd>
          <code>{device.driver}</code>
        </dd>
        {device.reason !== "" && (
          <>
            <dt>{text.reason}</dt>
            <dd lang="en">{device.reason}</dd>
          </>
        )}
      </dl>
      {device.kind === "printer" && <Slips device={device} onPress={props.onPress} />}
      {(device.kind === "buttons" || device.kind === "scanner") && <Inputs device={device} />}
      <h3>{text.exchanges}</h3>
      {exchanges.length === 0 && <p>{text.exchangeNone}</p>}
      <ol class="exchanges">
        {[...exchanges].reverse().map((exchange, at) => (
          <Entry key={exchanges.length - at} exchange={exchange} />
        ))}
      </ol>
    </section>
  );
}

function Entry({ exchange }: { exchange: ExchangeView }) {
  const text = deviceText();
  const { count, unit } = agoParts(exchange.ago_ms);
  const shown = exchange.hex === "" ? 0 : exchange.hex.split(" ").length;
  return (
    <li class={`entry entry-${exchange.direction}`}>
      <p>
        <b>{text.directions[exchange.direction]}</b> {meaningText(exchange.meaning)}
        {exchange.detail !== "" && <span> {detailText(exchange.detail)}</span>}
        <span class="quiet">
          {" "}
          {text.ago(count, unit)}
          {exchange.count > 1 && ` ${text.times(exchange.count)}`}
          {exchange.byte_count > shown && ` ${text.bytes(exchange.byte_count)}`}
        </span>
      </p>
      <code>{exchange.hex}</code>
    </li>
  );
}

function Slips({ device, onPress }: { device: DeviceView; onPress: Press }) {
  const text = deviceText();
  return (
    <>
      <h3>{text.slips}</h3>
      {device.jobs.length === 0 && <p>{text.slipsNone}</p>}
      <ul class="slips">
        {device.jobs.map((job) => (
          <Slip key={job.job ?? `t${job.ticket ?? 0}`} device={device} job={job} onPress={onPress} />
        ))}
      </ul>
      {device.actions.includes("new_roll") && (
        <p class="roll">
          <button
            onClick={() =>
              void onPress(device.device, text.newRoll, `devices/${device.device}/new-roll`)
            }
          >
            {text.newRoll}
          </button>{" "}
          {text.newRollSure}
        </p>
      )}
    </>
  );
}

function Slip({ device, job, onPress }: { device: DeviceView; job: JobView; onPress: Press }) {
  const text = deviceText();
  const doubtful = job.progress === "unknown" || job.progress === "failed";
  const label = job.label ?? text.testPage;
  const settle = (name: string, paper: "printed" | "failed") => () =>
    void onPress(device.device, `${label} ${name}`, `tickets/${job.ticket}/paper`, { paper });
  return (
    <li>
      <b>{label}</b>
      <Mark level={doubtful ? "over" : job.progress === "held" ? "near" : "calm"}>
        {text.progress[job.progress]}
      </Mark>
      <span class="buttons">
        {job.can_withdraw && (
          <button
            onClick={() =>
              void onPress(
                device.device,
                `${label} ${text.withdraw}`,
                `devices/${device.device}/withdraw`,
                { job: job.job },
              )
            }
          >
            {text.withdraw}
          </button>
        )}
        {doubtful && job.ticket !== null && (
          <>
            <button
              onClick={() =>
                void onPress(device.device, `${label} ${text.reprint}`, `tickets/${job.ticket}/reprint`)
              }
            >
              {text.reprint}
            </button>
            <button onClick={settle(text.wasPrinted, "printed")}>{text.wasPrinted}</button>
          </>
        )}
      </span>
    </li>
  );
}

function Inputs({ device }: { device: DeviceView }) {
  const text = deviceText();
  return (
    <>
      <h3>{text.inputs}</h3>
      {device.inputs.length === 0 && <p>{text.inputsNone}</p>}
      <ol class="inputs">
        {device.inputs.map((input, at) => (
          <li key={at}>
            <span>{timeText(input.at_ms, zone.value)}</span> <b>{input.input}</b> {input.action}{" "}
            <Mark level={input.refusal === null ? "calm" : "near"}>
              {input.refusal === null
                ? (input.label ?? text.accepted)
                : inputRefusedText(input)}
            </Mark>
          </li>
        ))}
      </ol>
    </>
  );
}
