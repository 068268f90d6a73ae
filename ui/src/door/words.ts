import { isProblem } from "../api/problem";
import { refused, type T } from "../settings/form/refusal";

/** Why a door stays shut, in words that help and give nothing away. */
export function doorWords(t: unknown, err: unknown): string {
  const say = t as T;
  if (isProblem(err, "too_many")) return say("door.too_many");
  if (isProblem(err, "signed_out")) return say("door.too_long");
  const why = refused(say, err);
  return why.whole || Object.values(why.fields).join(" ");
}
