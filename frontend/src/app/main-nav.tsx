import { Link, useLocation } from "wouter";
import { useT } from "@/i18n/i18n";
import { useIsMember } from "@/lib/session/session-context";
import { isWithin, main, moderation, own } from "./navigation";
import { moderators, preload } from "./routes";
import styles from "./main-nav.module.css";

/** The main ways: in the header, or at the bottom of a phone. */
export function MainNav() {
  const t = useT("shell");
  const [path] = useLocation();
  return (
    <nav className={styles.main} aria-label={t("nav")}>
      <ul className={styles.row}>
        {main.map(({ href, text, Icon, within }) => {
          const here = path === href;
          return (
            <li key={href}>
              <Link
                href={href}
                className={styles.way}
                onPointerEnter={() => preload(href)}
                onFocus={() => preload(href)}
                aria-current={here ? "page" : undefined}
                data-within={here || isWithin(path, within) || undefined}
              >
                <Icon />
                <span>{t(text)}</span>
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

/** The pages about oneself. */
export function OwnNav() {
  const t = useT("shell");
  const [path] = useLocation();
  const isModerator = useIsMember(moderators);
  const ways = isModerator ? [...own, moderation] : own;
  if (
    !isWithin(
      path,
      ways.map(({ href }) => href),
    )
  )
    return null;
  return (
    <nav className={styles.own} aria-label={t("you")}>
      <ul className={styles.tabs}>
        {ways.map(({ href, text }) => (
          <li key={href}>
            <Link
              href={href}
              className={styles.tab}
              aria-current={path === href ? "page" : undefined}
              data-within={isWithin(path, [href]) || undefined}
            >
              {t(text)}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
