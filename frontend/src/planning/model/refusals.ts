/** Why an edit is refused: the same reasons and words as layers/planning/refusals.py, which golden cases compare. */

import type { Place } from "./grid";

/** A text in both languages. */
export interface Words {
  vi: string;
  en: string;
}

/** What code the server answers such a refusal with. */
export type RefusalCode = "not_found" | "invalid_parameter" | "geometry_wrong" | "conflict";

/** An edit that cannot be done: why, what to do, and where if that is known. */
export class Refusal extends Error {
  constructor(
    readonly code: RefusalCode,
    readonly reason: Words,
    readonly hint: Words,
    readonly at: Place | null = null,
  ) {
    super(reason.en);
  }
}

const words = (vi: string, en: string): Words => ({ vi, en });
const ARC = words("đoạn ranh giới", "arc");
const UNIT = words("đơn vị", "unit");
const NODE = words("nút", "node");
const VERTEX = words("đỉnh di chuyển được", "vertex to move");

function noSuch(what: Words, name: string): Refusal {
  return new Refusal(
    "not_found",
    words(`Phương án không có ${what.vi} “${name}”.`, `The plan has no ${what.en} “${name}”.`),
    words("Tải lại phương án; người khác có thể vừa sửa chỗ này.",
      "Load the plan again; somebody may just have changed this place."),
  );
}

export const noSuchArc = (id: string): Refusal => noSuch(ARC, id);
export const noSuchUnit = (code: string): Refusal => noSuch(UNIT, code);
export const noSuchNode = ([x, y]: Place): Refusal => noSuch(NODE, `(${x}, ${y})`);
export const noSuchVertex = ([x, y]: Place): Refusal => noSuch(VERTEX, `(${x}, ${y})`);

/** The arc is locked. */
export function locked(): Refusal {
  return new Refusal(
    "invalid_parameter",
    words("Đoạn này là ranh giới ngoài của tỉnh hoặc phường, xã; phương án không được sửa.",
      "This is the outer border of the province or ward, which a plan must not move."),
    words("Chỉ vẽ lại ranh giới giữa hai đơn vị cùng một tỉnh hoặc cùng một phường, xã.",
      "Redraw borders between two units of one province or one ward only."),
  );
}

/** A line does not begin or end on the border. */
export function offBorder(place: Place): Refusal {
  return new Refusal(
    "geometry_wrong",
    words("Đường vẽ phải bắt đầu và kết thúc trên ranh giới đang sửa.",
      "The line must begin and end on the border that is being changed."),
    words("Bấm lại điểm đầu và điểm cuối ngay trên đường ranh.", "Click the first and the last point on the border."),
    place,
  );
}

/** A cut meets outer border between two of its vertices. */
export function needsVertex(place: Place): Refusal {
  return new Refusal(
    "geometry_wrong",
    words("Trên ranh giới ngoài, đường cắt chỉ được bắt đầu hoặc kết thúc tại một đỉnh có sẵn.",
      "On outer border a cut may begin or end only at a vertex that is there."),
    words("Bấm vào đỉnh gần nhất của ranh giới ngoài.", "Click the nearest vertex of the outer border."),
    place,
  );
}

/** A line has fewer than two places. */
export function notReadable(): Refusal {
  return new Refusal(
    "invalid_parameter",
    words("Không hiểu nội dung thao tác.", "The operation is not understood."),
    words("Gửi đủ các trường với tọa độ là số nguyên của lưới 1e-7 độ.",
      "Send every field, with coordinates as whole numbers of the grid of 1e-7 degrees."),
  );
}

/** A line crosses or touches itself. */
export function meetsItself(at: Place | null): Refusal {
  return new Refusal(
    "geometry_wrong",
    words("Đường vẽ tự cắt hoặc tự chạm chính nó.", "The line crosses or touches itself."),
    words("Vẽ lại một đường không tự cắt.", "Draw a line that does not cross itself."),
    at,
  );
}

/** A line crosses or touches other borders, of the units named. */
export function meetsOthers(names: readonly string[], at: Place): Refusal {
  const listed = inOrder(names);
  return new Refusal(
    "geometry_wrong",
    words(`Đường vẽ cắt hoặc chạm ranh giới khác (${listed}).`,
      `The line crosses or touches other borders (${listed}).`),
    words("Giữ đường vẽ trong phần đất của hai đơn vị hai bên; muốn lấy đất đơn vị khác, dùng “Chuyển một phần”.",
      "Stay on the ground of the two units; to take ground of another, use “Transfer a piece”."),
    at,
  );
}

/** Units would overlap or enclose each other. */
export function notValid(names: readonly string[], at: Place | null): Refusal {
  const listed = inOrder(names);
  return new Refusal(
    "geometry_wrong",
    words(`Đường vẽ vòng qua đất của đơn vị khác, làm ranh giới không còn khớp (${listed}).`,
      `The line goes around ground of another unit, so that borders would not agree (${listed}).`),
    words("Vẽ lại để không bao quanh đơn vị nào.", "Draw a line that does not go around any unit."),
    at,
  );
}

/** A cut or a point does not lie in the unit. */
export function notInside(name: string, at: Place): Refusal {
  return new Refusal(
    "geometry_wrong",
    words(`Đường hoặc điểm không nằm trong ${name}.`, `The line or point does not lie in ${name}.`),
    words(`Vẽ trong phần đất của ${name}.`, `Draw on the ground of ${name}.`),
    at,
  );
}

/** A cut leaves the unit in one piece. */
export function doesNotDivide(name: string): Refusal {
  return new Refusal(
    "geometry_wrong",
    words(`Đường cắt không chia ${name} thành hai phần.`, `The cut does not divide ${name} into two.`),
    words("Kéo đường cắt từ bên này sang bên kia của đơn vị.", "Draw from one side of the unit to the other."),
  );
}

/** A unit would be left without ground. */
export function emptied(name: string): Refusal {
  return new Refusal(
    "conflict",
    words(`Thao tác làm ${name} không còn đất.`, `The operation would leave ${name} without ground.`),
    words("Muốn bỏ một đơn vị, dùng “Gộp đơn vị”.", "To do away with a unit, use “Merge units”."),
  );
}

/** A unit would lie in more parts than it may. */
export function apart(name: string, parts: number, allowed: number): Refusal {
  return new Refusal(
    "conflict",
    words(`${name} sẽ nằm ở ${parts} phần rời nhau (cho phép ${allowed}).`,
      `${name} would lie in ${parts} separate parts (${allowed} allowed).`),
    words("Nếu đúng ý, chọn “Cho phép đất rời” rồi làm lại.", "If that is meant, choose “Allow separate parts”."),
  );
}

/** A unit cannot be merged with or transferred to itself. */
export function wholeUnit(): Refusal {
  return new Refusal(
    "invalid_parameter",
    words("Đơn vị giao và đơn vị nhận phải khác nhau.", "The unit that gives and the one that gets must differ."),
    words("Chọn hai đơn vị khác nhau.", "Choose two different units."),
  );
}

/** The code of a new unit is in use. */
export function taken(code: string): Refusal {
  return new Refusal(
    "conflict",
    words(`Mã “${code}” đã có hoặc để trống.`, `The code “${code}” is in use or empty.`),
    words("Đặt một mã khác cho đơn vị mới.", "Give the new unit another code."),
  );
}

/** The operation changes nothing. */
export function noChange(): Refusal {
  return new Refusal(
    "invalid_parameter",
    words("Thao tác không làm thay đổi gì.", "The operation changes nothing."),
    words("Vẽ một đường khác đường hiện tại.", "Draw another line than the present one."),
  );
}

/** Ground may not pass from one province or ward to another. */
export function otherParent(giver: string, taker: string): Refusal {
  return new Refusal(
    "invalid_parameter",
    words(`${giver} và ${taker} không cùng một tỉnh hoặc phường, xã.`,
      `${giver} and ${taker} are not of one province or ward.`),
    words("Chỉ chuyển đất giữa các đơn vị cùng cấp trên.", "Move ground between units of one parent only."),
  );
}

/** Names once each, in the order of their letters' numbers, as the server sorts them. */
function inOrder(names: readonly string[]): string {
  return [...new Set(names)].sort().join(", ");
}
