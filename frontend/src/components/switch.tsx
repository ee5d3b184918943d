import type { ReactNode } from "react";
import { SwitchButton, SwitchField } from "react-aria-components/Switch";
import { Text } from "react-aria-components/Text";
import styles from "./toggles.module.css";

interface Props {
  label: string;
  help?: ReactNode;
  isSelected: boolean;
  onChange: (isSelected: boolean) => void;
  isDisabled?: boolean;
}

/** On or off, and in force at once. */
export function Switch({ label, help, ...rest }: Props) {
  return (
    <SwitchField {...rest} className={styles.row ?? ""}>
      <SwitchButton className={styles.toggle ?? ""}>
        <span className={styles.track} />
        <span>{label}</span>
      </SwitchButton>
      {help !== undefined && (
        <Text slot="description" className={styles.help ?? ""}>
          {help}
        </Text>
      )}
    </SwitchField>
  );
}
