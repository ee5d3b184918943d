import { Button } from "react-aria-components/Button";
import { Label } from "react-aria-components/Label";
import { ListBox, ListBoxItem } from "react-aria-components/ListBox";
import { Popover } from "react-aria-components/Popover";
import { Select as AriaSelect, SelectValue } from "react-aria-components/Select";
import { Text } from "react-aria-components/Text";
import { ChevronIcon } from "./icons";
import field from "./field.module.css";
import styles from "./popover.module.css";

export interface Choice<T extends string> {
  id: T;
  label: string;
}

interface Props<T extends string> {
  label: string;
  choices: readonly Choice<T>[];
  value: T;
  onChange: (value: T) => void;
  help?: string;
  isDisabled?: boolean;
}

/** One of several, where there are too many for `RadioGroup`. */
export function Select<T extends string>({
  label,
  choices,
  value,
  onChange,
  help,
  isDisabled = false,
}: Props<T>) {
  return (
    <AriaSelect
      className={field.field ?? ""}
      value={value}
      onChange={(key) => {
        const chosen = choices.find((choice) => choice.id === key);
        if (chosen) onChange(chosen.id);
      }}
      isDisabled={isDisabled}
    >
      <Label className={field.label ?? ""}>{label}</Label>
      <Button className={`${field.input} ${styles.trigger}`}>
        <SelectValue />
        <ChevronIcon />
      </Button>
      {help !== undefined && (
        <Text slot="description" className={field.help ?? ""}>
          {help}
        </Text>
      )}
      <Popover className={styles.popover ?? ""}>
        <ListBox className={styles.list ?? ""} items={choices}>
          {(choice) => (
            <ListBoxItem className={styles.item ?? ""} textValue={choice.label}>
              {choice.label}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}
