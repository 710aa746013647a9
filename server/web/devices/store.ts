// What the device page works out from what the server says; pure.

import type { Level } from "../shared/format";
import type { DeviceState, DeviceView } from "../shared/protocol";

/** How serious a state is. */
export function levelOfState(state: DeviceState): Level {
  switch (state) {
    case "ready":
    case "working":
      return "calm";
    case "paper_near_end":
    case "head_hot":
      return "near";
    case "absent":
    case "silent":
    case "fault":
    case "offline":
    case "refusing":
    case "cutter_jam":
    case "cover_open":
    case "paper_end":
      return "over";
  }
}

/** Devices that need a look: not calm, or with slips that nobody can vouch for. */
export function illCount(devices: readonly DeviceView[]): number {
  return devices.filter((device) => isIll(device)).length;
}

/** Whether somebody should look at a device. */
export function isIll(device: DeviceView): boolean {
  const doubtful = device.jobs.some((job) => job.progress === "unknown" || job.progress === "failed");
  return levelOfState(device.state) !== "calm" || doubtful;
}

/** A span in its largest whole unit. */
export function agoParts(ago_ms: number): { count: number; unit: "s" | "min" | "h" } {
  const s = Math.max(0, Math.floor(ago_ms / 1_000));
  if (s < 60) return { count: s, unit: "s" };
  if (s < 3_600) return { count: Math.floor(s / 60), unit: "min" };
  return { count: Math.floor(s / 3_600), unit: "h" };
}

/** Bytes as a row shows them: the first few, and an ellipsis for the rest. */
export function shortHex(hex: string, byte_count: number, shown_max = 12): string {
  const bytes = hex.split(" ").slice(0, shown_max);
  return byte_count > bytes.length ? `${bytes.join(" ")} …` : bytes.join(" ");
}
