import texts from "./acknowledgement.json";

/** The usual words by language, as locales/active.*.json of the server has them; a test keeps them the same. */
export const usualTexts: Record<string, string> = texts;

/** What {{hours}} says while somebody is there, likewise. */
export const openTexts: Record<string, string> = {
  en: "We are open now, until {{.When}}.",
  lv: "Šobrīd strādājam, līdz {{.When}}.",
  lt: "Dabar dirbame, iki {{.When}}.",
  pl: "Pracujemy teraz, do {{.When}}.",
  ru: "Сейчас мы работаем, до {{.When}}.",
  uk: "Зараз ми працюємо, до {{.When}}.",
  et: "Oleme praegu avatud, kuni {{.When}}.",
  de: "Wir sind jetzt erreichbar, bis {{.When}}.",
};

export interface Sample {
  number: string;
  inbox: string;
  name: string;
  /** Until when an answer is promised; "" where nothing is. */
  by: string;
}

/** What a customer would get: one's own wording, or the usual one. Placeholders are filled as the server fills them. */
export function acknowledgement(own: string | undefined, language: string, sample: Sample): string {
  if (own?.trim()) {
    return own
      .trim()
      .replaceAll("{{number}}", sample.number)
      .replaceAll("{{inbox}}", sample.inbox)
      .replaceAll("{{name}}", sample.name)
      .replaceAll("{{hours}}", (openTexts[language] ?? openTexts.en!).replace("{{.When}}", "17:00"));
  }
  return (usualTexts[language] ?? usualTexts.en!)
    .replace(/\{\{if \.By\}\}(.*?)\{\{end\}\}/s, sample.by ? "$1" : "")
    .replaceAll("{{.By}}", sample.by)
    .replaceAll("{{.Number}}", sample.number)
    .replaceAll("{{.Inbox}}", sample.inbox);
}
