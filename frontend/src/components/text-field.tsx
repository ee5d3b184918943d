import { useId, type InputHTMLAttributes, type ReactNode } from "react";
import { useT } from "@/i18n/i18n";
import { useFormat } from "@/i18n/use-format";
import styles from "./field.module.css";

interface Shared {
  label: string;
  value: string;
  onChange: (value: string) => void;
  help?: ReactNode;
  /** What is wrong with what was entered; marks the field. */
  error?: string | undefined;
  placeholder?: string;
  maxLength?: number;
  isRequired?: boolean;
  isDisabled?: boolean;
  name?: string;
}

type Props = Shared & Pick<InputHTMLAttributes<HTMLInputElement>, "type" | "autoComplete" | "inputMode">;

/** One line of text. */
export function TextField({ type = "text", autoComplete, inputMode, ...shared }: Props) {
  const { frame, input } = useField(shared);
  return (
    <Frame {...frame}>
      <input
        {...input}
        type={type}
        autoComplete={autoComplete}
        inputMode={inputMode}
        className={styles.input}
      />
    </Frame>
  );
}

interface TextAreaProps extends Shared {
  rows?: number;
  /** Set in the type of what is spoken, for what people say about themselves. */
  spoken?: boolean;
}

/** Several lines of text; with `maxLength` it shows how much of it is used. */
export function TextArea({ rows = 5, spoken = false, ...shared }: TextAreaProps) {
  const { frame, input } = useField(shared);
  const classes = [styles.input, styles.area, spoken ? styles.spoken : ""].join(" ");
  return (
    <Frame
      {...frame}
      count={shared.maxLength === undefined ? undefined : [shared.value.length, shared.maxLength]}
    >
      <textarea {...input} rows={rows} className={classes} />
    </Frame>
  );
}

function useField({ label, value, onChange, help, error, isRequired, isDisabled, ...rest }: Shared) {
  const id = useId();
  const described = [help !== undefined && `${id}-help`, error !== undefined && `${id}-error`].filter(
    Boolean,
  );
  return {
    frame: { id, label, help, error, isRequired },
    input: {
      ...rest,
      id,
      value,
      onChange: (event: { target: { value: string } }) => onChange(event.target.value),
      required: isRequired,
      disabled: isDisabled,
      "aria-invalid": error !== undefined,
      "aria-describedby": described.join(" ") || undefined,
    },
  };
}

interface FrameProps extends Pick<Shared, "label" | "help" | "error"> {
  id: string;
  isRequired: boolean | undefined;
  count?: readonly [used: number, limit: number] | undefined;
  children: ReactNode;
}

function Frame({ id, label, help, error, isRequired, count, children }: FrameProps) {
  const t = useT("common");
  const format = useFormat();
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={styles.label}>
        {label}
        {isRequired && <span className={styles.required}> ({t("required")})</span>}
      </label>
      {help !== undefined && (
        <p id={`${id}-help`} className={styles.help}>
          {help}
        </p>
      )}
      {children}
      {error !== undefined && (
        <p id={`${id}-error`} role="alert" className={styles.error}>
          {error}
        </p>
      )}
      {count && (
        <p className={styles.count}>
          {t("count", { used: format.number(count[0]), limit: format.number(count[1]) })}
        </p>
      )}
    </div>
  );
}
