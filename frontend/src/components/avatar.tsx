import styles from "./avatar.module.css";

/** Somebody by their initials. Beside it stands the name, so nothing is read out. */
export function Avatar({ name, whose = "theirs" }: { name: string; whose?: "mine" | "theirs" }) {
  return (
    <span className={`${styles.avatar} ${styles[whose]}`} aria-hidden="true">
      {initials(name)}
    </span>
  );
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/u);
  const picked = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return picked.map((word) => firstLetter(word ?? "").toLocaleUpperCase()).join("");
}

function firstLetter(word: string): string {
  const [first] = new Intl.Segmenter().segment(word);
  return first?.segment ?? "";
}
