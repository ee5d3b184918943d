import { startTransition, useId, useState } from "react";
import { useLanguage, useT } from "@/i18n/i18n";
import { isLocale, languages } from "@/i18n/locale";
import { keptTheme, setTheme, themes } from "@/lib/theme";
import styles from "./footer.module.css";

/** What is true everywhere, and the two things that people set once. */
export function Footer() {
  const t = useT("shell");
  return (
    <footer className={styles.footer}>
      <div className={styles.inner}>
        <p className={styles.promise}>{t("footer")}</p>
        <div className={styles.settings}>
          <ThemeChoice />
          <LanguageChoice />
          <a className={styles.link} href="/docs">
            {t("footer.api")}
          </a>
        </div>
      </div>
    </footer>
  );
}

function ThemeChoice() {
  const t = useT("shell");
  const [theme, choose] = useState(keptTheme);
  const id = useId();
  return (
    <div className={styles.setting}>
      <label htmlFor={id}>{t("theme")}</label>
      <select
        id={id}
        value={theme}
        onChange={(event) => {
          const chosen = themes.find((one) => one === event.target.value) ?? "system";
          setTheme(chosen);
          choose(chosen);
        }}
      >
        {themes.map((one) => (
          <option key={one} value={one}>
            {t(`theme.${one}`)}
          </option>
        ))}
      </select>
    </div>
  );
}

function LanguageChoice() {
  const t = useT("shell");
  const { locale, setLocale } = useLanguage();
  const id = useId();
  const offered = languages.some((one) => one === locale) ? languages : [...languages, locale];
  return (
    <div className={styles.setting}>
      <label htmlFor={id}>{t("language")}</label>
      <select
        id={id}
        value={locale}
        onChange={(event) => {
          const chosen = event.target.value;
          if (isLocale(chosen)) startTransition(() => setLocale(chosen));
        }}
      >
        {offered.map((one) => (
          <option key={one} value={one} lang={one}>
            {t(`language.${one}`)}
          </option>
        ))}
      </select>
    </div>
  );
}
