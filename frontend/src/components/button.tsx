import type { ReactNode, Ref } from "react";
import { Link } from "wouter";
import styles from "./button.module.css";

export type ButtonLook = "primary" | "secondary" | "quiet" | "danger" | "voice";

interface Look {
  /** `voice` is for speaking alone; of `primary` there is one on a screen. */
  look?: ButtonLook;
  size?: "small" | "normal" | "large";
}

interface Pressable {
  onPress?: () => void;
  isDisabled?: boolean;
  /** It is at work: keeps its focus and its place, and does nothing. */
  isPending?: boolean;
  ref?: Ref<HTMLButtonElement>;
  "aria-expanded"?: boolean;
  "aria-pressed"?: boolean;
  "aria-controls"?: string;
  "aria-describedby"?: string;
}

interface Props extends Pressable, Look {
  type?: "button" | "submit";
  children: ReactNode;
}

/** A button. */
export function Button({ look = "secondary", size = "normal", type = "button", children, ...rest }: Props) {
  return (
    <button {...pressable(rest)} type={type} className={classes({ look, size })}>
      {children}
    </button>
  );
}

interface LinkProps extends Look {
  href: string;
  children: ReactNode;
}

/** A link that looks like a button, because it is the thing to do next. */
export function ButtonLink({ href, look = "secondary", size = "normal", children }: LinkProps) {
  return (
    <Link href={href} className={classes({ look, size })}>
      {children}
    </Link>
  );
}

interface IconButtonProps extends Pressable {
  /** Its name, as nothing is written on it. */
  label: string;
  icon: ReactNode;
  look?: ButtonLook;
}

/** A button that is only drawn. */
export function IconButton({ label, icon, look = "quiet", ...rest }: IconButtonProps) {
  return (
    <button {...pressable(rest)} type="button" aria-label={label} className={iconButtonClass(look)}>
      {icon}
    </button>
  );
}

/** For buttons that the component library makes. */
export function iconButtonClass(look: ButtonLook): string {
  return [styles.button, styles.icon, styles[look]].join(" ");
}

function pressable({ onPress, isDisabled = false, isPending = false, ...rest }: Pressable) {
  return {
    ...rest,
    disabled: isDisabled,
    "aria-disabled": isPending || undefined,
    "data-pending": isPending || undefined,
    // A button that submits must not do it either while it is at work.
    onClick: (event: { preventDefault: () => void }) => {
      if (isPending) event.preventDefault();
      else onPress?.();
    },
  };
}

function classes({ look, size }: Required<Look>): string {
  return [styles.button, styles[look], styles[size]].join(" ");
}
