/** Words without accents and capitals, for finding: "Jānis" and "janis" are the same. */
export const fold = (words: string) => words.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();
