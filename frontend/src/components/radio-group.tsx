import { Label } from "react-aria-components/Label";
import { RadioButton, RadioField, RadioGroup as AriaRadioGroup } from "react-aria-components/RadioGroup";
import type { Choice } from "./select";
import field from "./field.module.css";
import styles from "./toggles.module.css";

interface Props<T extends string> {
  label: string;
  choices: readonly Choice<T>[];
  value: T;
  onChange: (value: T) => void;
}

/** One of a few. */
export function RadioGroup<T extends string>({ label, choices, value, onChange }: Props<T>) {
  return (
    <AriaRadioGroup
      className={field.field ?? ""}
      value={value}
      onChange={(id) => {
        const chosen = choices.find((choice) => choice.id === id);
        if (chosen) onChange(chosen.id);
      }}
    >
      <Label className={field.label ?? ""}>{label}</Label>
      <div className={styles.choices}>
        {choices.map((choice) => (
          <RadioField key={choice.id} value={choice.id}>
            <RadioButton className={styles.toggle ?? ""}>
              <span className={styles.dot} />
              <span>{choice.label}</span>
            </RadioButton>
          </RadioField>
        ))}
      </div>
    </AriaRadioGroup>
  );
}
