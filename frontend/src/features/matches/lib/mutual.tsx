import { TextLink } from "@/components/text-link";
import { useT } from "@/i18n/i18n";
import styles from "./mutual.module.css";

/** Both said yes. `fresh` when it has just come about: then the strand is drawn. */
export function Mutual({ name, fresh }: { name: string; fresh: boolean }) {
  const t = useT("matches");
  return (
    <div className={styles.mutual} data-fresh={fresh || undefined}>
      <span className={styles.strand} aria-hidden="true" />
      <p className={styles.title}>{t("mutual")}</p>
      <p className={styles.text}>
        {t("mutual.text", { name })} <TextLink href="/connections">{t("mutual.link")}</TextLink>
      </p>
    </div>
  );
}
