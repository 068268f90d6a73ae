/** The words for a field of the API, such as "receive.host"; its name where there are none. */
export function fieldWords(
  i18n: { exists: (key: string) => boolean; t: (key: string) => string },
  field: string,
): string {
  const key = `form.field.${field.replaceAll(".", "_")}`;
  return i18n.exists(key) ? i18n.t(key) : field;
}
