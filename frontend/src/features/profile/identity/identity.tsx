import { useState } from "react";
import { Avatar } from "@/components/avatar";
import { Button } from "@/components/button";
import { Loaded } from "@/components/loaded";
import { Skeleton } from "@/components/skeleton";
import type { Schemas } from "@/api/types";
import { useT } from "@/i18n/i18n";
import { useFormat } from "@/i18n/use-format";
import { useProfile } from "../api/use-profile";
import { TakenIn } from "./taken-in-status";
import { ProfileDialog } from "./profile-dialog";
import styles from "./identity.module.css";

/** What I call myself, and the line under it. */
export function Identity() {
  const query = useProfile();
  return (
    <Loaded query={query} skeleton={<Skeleton lines={2} />}>
      {(profile) => <Shown profile={profile} />}
    </Loaded>
  );
}

function Shown({ profile }: { profile: Schemas["Profile"] }) {
  const t = useT("profile");
  const format = useFormat();
  const [isEditing, setEditing] = useState(false);
  const { displayName, headline, headlineSelected, languages } = profile;
  return (
    <div className={styles.identity}>
      <Avatar name={displayName} whose="mine" />
      <div className={styles.words}>
        <h2 className={displayName ? styles.name : styles.unnamed}>{displayName || t("unnamed")}</h2>
        {headline ? (
          <p className={headlineSelected ? styles.spoken : styles.headline}>{headline}</p>
        ) : (
          <p className={styles.soft}>{t("headline.none")}</p>
        )}
        {headlineSelected && <p className={styles.soft}>{t("headline.selected")}</p>}
        <p className={styles.soft}>
          {languages.length > 0
            ? t("speaks", { languages: format.list(languages.map(format.language)) })
            : t("speaks.none")}
        </p>
        <TakenIn profile={profile} />
      </div>
      <div className={styles.edit}>
        <Button onPress={() => setEditing(true)}>{t("edit")}</Button>
      </div>
      {isEditing && <ProfileDialog latest={profile} onClose={() => setEditing(false)} />}
    </div>
  );
}
