import { Button } from "react-aria-components/Button";
import { ComboBox as AriaComboBox } from "react-aria-components/ComboBox";
import { Input } from "react-aria-components/Input";
import { Label } from "react-aria-components/Label";
import { ListBox, ListBoxItem } from "react-aria-components/ListBox";
import { Popover } from "react-aria-components/Popover";
import { Text } from "react-aria-components/Text";
import { ChevronIcon } from "./icons";
import type { Choice } from "./select";
import field from "./field.module.css";
import styles from "./combo-box.module.css";
import popover from "./popover.module.css";

interface Props {
  label: string;
  help?: string;
  /** What stands in the list when nothing fits what was typed. */
  whenNothing: string;
  choices: readonly Choice<string>[];
  onChoose: (id: string) => void;
}

/** One of many: typing narrows the list. */
export function ComboBox({ label, help, whenNothing, choices, onChoose }: Props) {
  return (
    <AriaComboBox
      className={field.field ?? ""}
      defaultItems={choices}
      allowsEmptyCollection
      defaultFilter={startsAWord}
      onChange={(key) => key !== null && onChoose(String(key))}
    >
      <Label className={field.label ?? ""}>{label}</Label>
      <div className={styles.box}>
        <Input className={`${field.input} ${styles.input}`} />
        <Button className={styles.open ?? ""}>
          <ChevronIcon />
        </Button>
      </div>
      {help !== undefined && (
        <Text slot="description" className={field.help ?? ""}>
          {help}
        </Text>
      )}
      <Popover className={popover.popover ?? ""}>
        <ListBox
          className={`${popover.list} ${styles.list}`}
          renderEmptyState={() => <p className={styles.nothing}>{whenNothing}</p>}
        >
          {(choice: Choice<string>) => (
            <ListBoxItem className={popover.item ?? ""} textValue={choice.label}>
              {choice.label}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaComboBox>
  );
}

/** Whether a word of the text begins like this; without regard to accents, which few type. */
function startsAWord(text: string, typed: string): boolean {
  return ` ${plain(text)}`.includes(` ${plain(typed).trim()}`);
}

function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();
}
