/**
 * Other people's cursors: a coloured frame round the cell and, for a while, a flag with the name.
 *
 * In: a frame's `peers`. Law: a flag never covers the cell that it names; every flag in sight is drawn in every
 * repaint, so that a repaint of the row that it lies over does not cut it. Tests: paint-peers.test.ts.
 */
import { HEADER_HEIGHT } from "./layout";
import type { Frame } from "./paint";
import { peerIndex } from "./theme";
import type { PeerMark } from "./types";

const FLAG_HEIGHT = 16;
const FLAG_PAD = 5;
const FLAG_MOST = 140;
const LINE = 2;

/** Where a peer's cell is on the screen; null: in another pane, or its record is not loaded. */
export function peerBox(
  frame: Pick<Frame, "layout" | "source" | "left" | "top">,
  pane: { from: number; to: number },
  peer: PeerMark,
): { row: number; x: number; y: number; width: number; height: number } | null {
  const { layout, source } = frame;
  const col = layout.columns.findIndex((column) => column.key === peer.column);
  if (col < pane.from || col >= pane.to) return null;
  const row = source.rowOf(peer.record);
  if (row === undefined) return null;
  return { row, ...layout.rectOf(row, col, frame.left, frame.top) };
}

export function paintPeers(frame: Frame, pane: { from: number; to: number }): void {
  if (frame.peers.length === 0) return;
  const { ctx, theme } = frame.pen;
  for (const peer of frame.peers) {
    const box = peerBox(frame, pane, peer);
    if (!box || box.y + box.height < HEADER_HEIGHT || box.y > frame.height) continue;
    const color = theme.peers[peerIndex(peer.color)] ?? theme.ink2;
    ctx.strokeStyle = color;
    ctx.lineWidth = LINE;
    ctx.strokeRect(box.x, box.y, box.width - LINE / 2, box.height - LINE / 2);
    if (peer.showsName || frame.hover.row === box.row) paintFlag(frame, box, peer.name, color);
  }
  ctx.font = theme.font;
}

function paintFlag(frame: Frame, box: { x: number; y: number; height: number }, name: string, color: string): void {
  const { ctx, theme, small } = frame.pen;
  ctx.font = theme.fontSmall;
  const text = small.fit(name, FLAG_MOST - 2 * FLAG_PAD);
  // Above the cell; the first row in sight has it below.
  const isAbove = box.y - FLAG_HEIGHT >= HEADER_HEIGHT;
  const y = Math.round(isAbove ? box.y - FLAG_HEIGHT : box.y + box.height - LINE / 2);
  ctx.fillStyle = color;
  ctx.fillRect(Math.round(box.x) - LINE / 2, y, small.width(text) + 2 * FLAG_PAD, FLAG_HEIGHT);
  ctx.fillStyle = theme.onPeer;
  ctx.fillText(text, Math.round(box.x) - LINE / 2 + FLAG_PAD, y + FLAG_HEIGHT - 4);
}
