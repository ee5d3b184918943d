import { CheckboxButton, CheckboxField } from "react-aria-components/Checkbox";
import { CheckboxGroup as AriaCheckboxGroup } from "react-aria-components/CheckboxGroup";
import { Label } from "react-aria-components/Label";
import { Text } from "react-aria-components/Text";
import { CheckIcon } from "./icons";
import type { Choice } from "./select";
import field from "./field.module.css";
import styles from "./toggles.module.css";

interface Props<T extends string> {
  label: string;
  help?: string;
  choices: readonly Choice<T>[];
  value: readonly T[];
  onChange: (value: T[]) => void;
}

/** Any of several. */
export function CheckboxGroup<T extends string>({ label, help, choices, value, onChange }: Props<T>) {
  return (
    <AriaCheckboxGroup
      className={field.field ?? ""}
      value={[...value]}
      onChange={(chosen) => onChange(choices.map(({ id }) => id).filter((id) => chosen.includes(id)))}
    >
      <Label className={field.label ?? ""}>{label}</Label>
      {help !== undefined && (
        <Text slot="description" className={field.help ?? ""}>
          {help}
        </Text>
      )}
      <div className={styles.choices}>
        {choices.map((choice) => (
          <CheckboxField key={choice.id} value={choice.id}>
            <CheckboxButton className={styles.toggle ?? ""}>
              <span className={styles.box}>
                <CheckIcon />
              </span>
              <span>{choice.label}</span>
            </CheckboxButton>
          </CheckboxField>
        ))}
      </div>
    </AriaCheckboxGroup>
  );
}
