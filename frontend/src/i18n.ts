/** Texts of the page in the language the server chose. */

let table: Record<string, string> = {};
let language = "vi";

/** Take over the texts of one language. */
export function setMessages(messages: Record<string, string>, lang: string): void {
  table = messages;
  language = lang;
}

/** The language of the page, `vi` or `en`. */
export function currentLanguage(): string {
  return language;
}

/** The text of a key, with `{name}` places filled in; the key itself when there is no text. */
export function t(key: string, values: Record<string, string | number> = {}): string {
  const text = table[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (place, name: string) =>
    name in values ? String(values[name]) : place,
  );
}
