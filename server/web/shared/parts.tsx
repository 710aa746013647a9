// Small pieces that every screen shares: ruby text, marks of state, the stale and practice bars.

import { Fragment, type ComponentChildren, type JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { zone } from "./clock";
import { rubyPieces, timeText, type Level } from "./format";
import { freshness, mode } from "./live";

/** Text with furigana where it carries readings. */
export function Ruby({ text }: { text: string }): JSX.Element {
  return (
    <>
      {rubyPieces(text).map((piece, at) =>
        piece.reading === null ? (
          <Fragment key={at}>{piece.base}</Fragment>
        ) : (
          <ruby key={at}>
            {piece.base}
            <rp>（</rp>
            <rt>{piece.reading}</rt>
            <rp>）</rp>
          </ruby>
        ),
      )}
    </>
  );
}

const SHAPES: { [level in Level]: string } = { calm: "●", near: "▲", over: "◆" };

/** A state as word + shape + colour (visual.md §Principles 2). */
export function Mark({ level, children }: { level: Level; children: ComponentChildren }) {
  return (
    <span class={`mark mark-${level}`}>
      <span class="mark-shape" aria-hidden="true">
        {SHAPES[level]}
      </span>
      <span>{children}</span>
    </span>
  );
}

/** A bar of `value` against `limit`, drawn up to `scale`; its words stand beside it. */
export function Bar(props: { value: number; limit: number | null; scale: number; level: Level }) {
  const width = Math.min(100, (100 * props.value) / props.scale);
  const limit = props.limit === null ? null : Math.min(100, (100 * props.limit) / props.scale);
  return (
    <span class={`bar bar-${props.level}`} aria-hidden="true">
      <span class="bar-fill" style={{ width: `${width}%` }} />
      {limit !== null && <span class="bar-limit" style={{ left: `${limit}%` }} />}
    </span>
  );
}

/** Says that the page is old, with its time, in the words given. */
export function StaleBar({ words }: { words: (since: string) => string }) {
  const now = freshness.value;
  if (now.state !== "stale") return null;
  return (
    <div class="stale-bar" role="alert">
      {words(timeText(now.since_ms, zone.value))}
    </div>
  );
}

/** Says that this is practice, on every page of a rehearsal. */
export function RehearsalBar({ words }: { words: string }) {
  return mode.value === "rehearsal" ? <div class="rehearsal-bar">{words}</div> : null;
}

/** A modal dialog: focus goes in and comes back, Escape closes. */
export function Dialog(props: {
  title: string;
  class?: string;
  onClose: () => void;
  children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const element = dialog.current;
    if (element !== null && !element.open) element.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      class={props.class}
      aria-labelledby="dialog-title"
      onCancel={(event) => {
        event.preventDefault();
        props.onClose();
      }}
    >
      <h2 id="dialog-title">{props.title}</h2>
      {props.children}
    </dialog>
  );
}
