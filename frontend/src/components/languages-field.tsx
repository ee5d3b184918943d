import { Label } from "react-aria-components/Label";
import { Button } from "react-aria-components/Button";
import { Tag, TagGroup, TagList } from "react-aria-components/TagGroup";
import { useT } from "@/i18n/i18n";
import { useFormat } from "@/i18n/use-format";
import { CloseIcon } from "./icons";
import { Select } from "./select";
import field from "./field.module.css";
import styles from "./languages-field.module.css";

/** What can be chosen; other codes that are there already stay. */
const offered =
  "ar bg bn ca cs da de el en es et eu fa fi fr ga gl he hi hr hu id is it ja ko lt lv ms nl no pl pt ro ru sk sl sr sv sw ta th tl tr uk ur vi zh".split(
    " ",
  );
const none = "none";

interface Props {
  label: string;
  /** Names the list from which another one is chosen. */
  addLabel: string;
  help?: string;
  /** What it means when none is chosen. */
  whenEmpty: string;
  /** BCP 47 codes. */
  value: readonly string[];
  onChange: (codes: string[]) => void;
  limit?: number;
}

/** Any number of languages, up to a limit. */
export function LanguagesField({ label, addLabel, help, whenEmpty, value, onChange, limit = 10 }: Props) {
  const t = useT("common");
  const format = useFormat();
  const named = (code: string) => ({ id: code, label: format.language(code) });
  const others = offered
    .filter((code) => !value.includes(code))
    .map(named)
    .sort((a, b) => a.label.localeCompare(b.label));
  return (
    <div className={styles.field}>
      <TagGroup
        className={field.field ?? ""}
        onRemove={(removed) => onChange(value.filter((code) => !removed.has(code)))}
      >
        <Label className={field.label ?? ""}>{label}</Label>
        <TagList
          className={styles.chosen ?? ""}
          items={value.map(named)}
          renderEmptyState={() => <span className={styles.empty}>{whenEmpty}</span>}
        >
          {(language) => (
            <Tag className={styles.tag ?? ""} textValue={language.label}>
              {language.label}
              <Button
                slot="remove"
                className={styles.remove ?? ""}
                aria-label={t("removeOf", { what: language.label })}
              >
                <CloseIcon />
              </Button>
            </Tag>
          )}
        </TagList>
      </TagGroup>
      {value.length < limit && (
        <Select
          label={addLabel}
          choices={[{ id: none, label: t("choose") }, ...others]}
          value={none}
          onChange={(code) => code !== none && onChange([...value, code])}
          {...(help === undefined ? {} : { help })}
        />
      )}
    </div>
  );
}
