import type { ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { Disclosure as AriaDisclosure, DisclosurePanel } from "react-aria-components/Disclosure";
import { Heading } from "react-aria-components/Heading";
import { ChevronIcon } from "./icons";
import styles from "./disclosure.module.css";

interface Props {
  title: string;
  /** The level of its heading in the page's outline. */
  level?: 2 | 3 | 4;
  children: ReactNode;
  defaultExpanded?: boolean;
}

/** Details that most do not need at first. */
export function Disclosure({ title, level = 3, children, defaultExpanded = false }: Props) {
  return (
    <AriaDisclosure className={styles.disclosure ?? ""} defaultExpanded={defaultExpanded}>
      <Heading level={level} className={styles.heading ?? ""}>
        <Button slot="trigger" className={styles.trigger ?? ""}>
          <ChevronIcon />
          {title}
        </Button>
      </Heading>
      <DisclosurePanel>
        <div className={styles.content}>{children}</div>
      </DisclosurePanel>
    </AriaDisclosure>
  );
}
