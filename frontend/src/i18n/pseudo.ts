import { mapTexts } from "./message";

const plain = "aceinouyACDEINOUY";
const accented = "áçéíñóúýÁÇÐÉÍÑÓÚÝ";

/**
 * English that shows what a translation would break: accents for wrong fonts, a third more length for tight boxes,
 * brackets for texts that were put together or cut.
 */
export function pseudo(message: string): string {
  const stretched = mapTexts(message, (text) =>
    text.replace(/[a-z]/gi, (letter) => accented[plain.indexOf(letter)] ?? letter),
  );
  const letters = message.replace(/\{[^}]*\}/g, "").length;
  return `[${stretched}${" ·".repeat(Math.ceil(letters / 6))}]`;
}
