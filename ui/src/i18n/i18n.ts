import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { firstLanguage, type Language, rememberLanguage } from "./languages";

type Catalogue = { default: Record<string, unknown> };

// One file per language and area: the desk's own words lie in src/locales, those of screens that load later in a folder beneath.
const catalogues = import.meta.glob<Catalogue>("../locales/**/*.json");
const areas = new Set<string>([""]);

async function load(language: Language, area: string) {
  const file = area ? `../locales/${area}/${language}.json` : `../locales/${language}.json`;
  const read = catalogues[file];
  if (!read) throw new Error(`no catalogue ${file}`);
  i18next.addResourceBundle(language, "translation", (await read()).default, true, true);
}

/** Starts i18next in the first language. */
export async function startWords() {
  const language = firstLanguage();
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    interpolation: { escapeValue: false }, // React escapes
    returnNull: false,
    react: { useSuspense: false },
    resources: {},
  });
  await speak(language);
}

/** Switches to a language, with every area loaded so far. This browser goes on with it unless keep is false. */
export async function speak(language: Language, keep = true) {
  await Promise.all([...areas].map((area) => load(language, area)));
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
  if (keep) rememberLanguage(language);
}

/** Loads the words of an area (a folder of src/locales) before its screen is drawn. */
export async function loadWords(area: string) {
  if (areas.has(area)) return;
  await load(i18next.language as Language, area);
  areas.add(area);
}
