import type { ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { Menu as AriaMenu, MenuItem, MenuTrigger } from "react-aria-components/Menu";
import { Popover } from "react-aria-components/Popover";
import { iconButtonClass } from "./button";
import { MoreIcon } from "./icons";
import styles from "./popover.module.css";

export interface Command {
  id: string;
  label: string;
  onAction: () => void;
  icon?: ReactNode;
  /** Takes something away, or cannot be undone. */
  danger?: boolean;
  isDisabled?: boolean;
}

interface Props {
  /** What the commands are about: “More about Ada”. */
  label: string;
  commands: readonly Command[];
}

/** What is done rarely, behind a button with three dots. */
export function Menu({ label, commands }: Props) {
  return (
    <MenuTrigger>
      <Button aria-label={label} className={iconButtonClass("quiet")}>
        <MoreIcon />
      </Button>
      <Popover className={styles.popover ?? ""} placement="bottom end">
        <AriaMenu className={styles.list ?? ""} aria-label={label}>
          {commands.map(({ id, label: text, onAction, icon, danger = false, isDisabled = false }) => (
            <MenuItem
              key={id}
              id={id}
              textValue={text}
              onAction={onAction}
              isDisabled={isDisabled}
              className={`${styles.item} ${danger ? styles.danger : ""}`}
            >
              {icon}
              {text}
            </MenuItem>
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
