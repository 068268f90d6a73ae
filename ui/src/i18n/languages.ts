/** The languages that the desk speaks, each named in itself. */
export const languages = { en: "English", lv: "Latviešu", lt: "Lietuvių", pl: "Polski" } as const;
export type Language = keyof typeof languages;

export function isLanguage(code: string | undefined | null): code is Language {
  return code != null && code in languages;
}

const key = "tellus-language";

/** The language before anybody has signed in: the one last used here, else the browser's, else English. */
export function firstLanguage(): Language {
  const wanted = [localStorage.getItem(key), ...navigator.languages.map((l) => l.slice(0, 2))];
  return wanted.find((l): l is Language => isLanguage(l)) ?? "en";
}

export function rememberLanguage(language: Language) {
  localStorage.setItem(key, language);
}
