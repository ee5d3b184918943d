import type { Schemas } from "@/api/types";
import { useT } from "@/i18n/i18n";
import { isTakenIn } from "../taken-in";
import styles from "./identity.module.css";

/** Says while the matching does not know the newest version yet; silent otherwise. */
export function TakenIn({ profile }: { profile: Schemas["Profile"] }) {
  const t = useT("profile");
  return (
    <div role="status" className={styles.soft}>
      {!isTakenIn(profile) && t("takingIn")}
    </div>
  );
}
