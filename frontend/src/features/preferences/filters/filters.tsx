import { CheckboxGroup } from "@/components/checkbox-group";
import { LanguagesField } from "@/components/languages-field";
import { Section } from "@/components/section";
import { TextLink } from "@/components/text-link";
import type { Schemas } from "@/api/types";
import { useT } from "@/i18n/i18n";
import { useWord } from "@/lib/use-word";
import { SaveBar } from "../save-bar";
import { useDraft } from "../use-draft";
import { BothWays } from "./both-ways";
import { DistanceField } from "./distance-field";
import { PlaceField } from "./place-field";
import styles from "./filters.module.css";

const formats = ["FORMAT_ONLINE", "FORMAT_IN_PERSON", "FORMAT_WRITING"] as const;
const wishes = ["languages", "formats", "place", "maxDistanceKm"] as const;

/** What must be true of the people I meet; and of me, for them. */
export function Filters({ latest }: { latest: Schemas["Preferences"] }) {
  const t = useT("preferences");
  const word = useWord();
  const draft = useDraft(latest, wishes);
  const { languages, formats: chosen, place, maxDistanceKm } = draft.values;
  return (
    <Section title={t("filters")} lead={t("filters.lead")}>
      <div className={styles.filter}>
        <LanguagesField
          label={t("languages")}
          addLabel={t("languages.add")}
          whenEmpty={t("languages.any")}
          value={languages}
          onChange={(next) => draft.set({ languages: next })}
        />
        <BothWays
          mine={t("languages.mine")}
          theirs={t.rich("languages.theirs", {
            profile: (
              <TextLink key="profile" href="/profile">
                {t("profile")}
              </TextLink>
            ),
          })}
        />
      </div>
      <div className={styles.filter}>
        <CheckboxGroup
          label={t("formats")}
          choices={formats.map((id) => ({ id, label: word("FORMAT", id) }))}
          value={formats.filter((format) => chosen.includes(format))}
          onChange={(next) => draft.set({ formats: next })}
        />
        <BothWays mine={t("formats.mine")} theirs={t("formats.theirs")} />
      </div>
      <div className={styles.filter}>
        <DistanceField
          value={maxDistanceKm}
          hasPlace={place !== undefined}
          onChange={(next) => draft.set({ maxDistanceKm: next })}
        />
        <PlaceField value={place} onChange={(next) => draft.set({ place: next })} />
        <BothWays mine={t("distance.mine")} theirs={t("distance.theirs")} />
      </div>
      <SaveBar latest={latest} draft={draft} />
    </Section>
  );
}
