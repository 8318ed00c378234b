/** Lengths of time: seconds on the wire, shown as `h:mm` or `h:mm:ss`. */
import type { CellModel } from "../../grid/types";
import { type FieldDescriptor, plainText } from "../descriptor";
import { readNumber } from "../number/format";

/** As the server shows it: `36:05` or `36:05:09`. */
export function durationText(seconds: number, withSeconds: boolean): string {
  const unit = withSeconds ? 1 : 60;
  return textOf(Math.sign(seconds) * Math.round(Math.abs(seconds) / unit) * unit, withSeconds);
}

function textOf(seconds: number, withSeconds: boolean): string {
  const allMs = Math.round(Math.abs(seconds) * 1000);
  const whole = Math.floor(allMs / 1000);
  const pad = (value: number) => String(value).padStart(2, "0");
  const sign = seconds < 0 && allMs > 0 ? "-" : "";
  const minutes = `${sign}${Math.floor(whole / 3600)}:${pad(Math.floor(whole / 60) % 60)}`;
  if (!withSeconds) return minutes;
  const ms = allMs % 1000;
  return `${minutes}:${pad(whole % 60)}${ms === 0 ? "" : `.${String(ms).padStart(3, "0").replace(/0+$/, "")}`}`;
}

export const duration: FieldDescriptor = {
  type: "duration",
  icon: "duration",
  defaultWidth: 110,
  align: "right",
  edit: "text",
  toModel(cell, field): CellModel {
    if (typeof cell !== "number") return { kind: "text", text: plainText(cell) };
    return { kind: "number", text: durationText(cell, field.seconds === true) };
  },
  editText: (cell) => (typeof cell === "number" ? textOf(cell, cell % 60 !== 0) : plainText(cell)),
  speculate: (typed, field) => {
    const clock = /^(-?)(\d+):([0-5]?\d)(?::([0-5]?\d(?:\.\d+)?))?$/.exec(typed.normalize("NFKC").trim());
    if (!clock) {
      const bare = readNumber(typed);
      return bare === undefined || typed.includes("%") ? typed : bare * (field.seconds ? 1 : 60);
    }
    const [, sign, hours, minutes, rest] = clock;
    const seconds = Number(hours) * 3600 + Number(minutes) * 60 + Number(rest ?? 0);
    return sign ? -seconds : seconds;
  },
};
