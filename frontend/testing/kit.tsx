import { useState, type ReactNode } from "react";
import { Router } from "wouter";
import { memoryLocation } from "wouter/memory-location";
import { Avatar } from "@/components/avatar";
import { Button, ButtonLink, IconButton } from "@/components/button";
import { CheckboxGroup } from "@/components/checkbox-group";
import { Dialog } from "@/components/dialog";
import { Disclosure } from "@/components/disclosure";
import { EmptyState } from "@/components/empty-state";
import { CloseIcon } from "@/components/icons";
import { List, ListItem } from "@/components/list";
import { Menu } from "@/components/menu";
import { Notice } from "@/components/notice";
import { Progress } from "@/components/progress";
import { Quote, type Player } from "@/components/quote";
import { RadioGroup } from "@/components/radio-group";
import { Select } from "@/components/select";
import { Skeleton } from "@/components/skeleton";
import { Slider } from "@/components/slider";
import { Strand } from "@/components/strand";
import { Switch } from "@/components/switch";
import { Tabs } from "@/components/tabs";
import { TextArea, TextField } from "@/components/text-field";
import { TextLink } from "@/components/text-link";
import styles from "./kit.module.css";

const { hook } = memoryLocation({ path: "/" });
const nothing = () => undefined;
/** Every piece of the kit on one page, to look at and to test. */
export function Kit() {
  return (
    <Router hook={hook}>
      <main className={styles.kit}>
        <h1>The kit</h1>
        <Words />
        <Buttons />
        <Fields />
        <Choices />
        <Messages />
        <Places />
      </main>
    </Router>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={styles.part}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Words() {
  const [state, setState] = useState<Player["state"]>("idle");
  const player: Player = { state, onPress: () => setState(state === "playing" ? "idle" : "playing") };
  return (
    <Part title="Words">
      <Strand
        mine={
          <Quote
            whose="mine"
            startMs={4_200}
            player={player}
            text="I am looking for somebody who can photograph my pottery before the market in spring."
          />
        }
        theirs={
          <Quote
            whose="theirs"
            by="Elena Vargas"
            startMs={65_000}
            player={{ state: "playing", onPress: nothing }}
            text="I take pictures of things that people make with their hands, mostly ceramics and bread."
          />
        }
      />
      <Quote whose="mine" text="I value patience." />
      <p>
        <Avatar name="Elena Vargas" /> <Avatar name="Me" whose="mine" />{" "}
        <TextLink href="/matches">A link in a text</TextLink>
      </p>
    </Part>
  );
}

function Buttons() {
  return (
    <Part title="Buttons">
      <div className={styles.row}>
        <Button look="primary">Primary</Button>
        <Button>Secondary</Button>
        <Button look="quiet">Quiet</Button>
        <Button look="voice" size="large">
          Speak
        </Button>
        <Button look="danger">Erase</Button>
      </div>
      <div className={styles.row}>
        <Button isPending>At work</Button>
        <Button isDisabled>Not now</Button>
        <Button size="small">Small</Button>
        <ButtonLink href="/">A link</ButtonLink>
        <IconButton label="Close it" icon={<CloseIcon />} />
        <Menu
          label="More about Ada"
          commands={[
            { id: "report", label: "Report", onAction: nothing },
            { id: "block", label: "Block", onAction: nothing, danger: true },
          ]}
        />
        <Erase />
      </div>
    </Part>
  );
}

function Erase() {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button onPress={() => setOpen(true)}>Erase it …</Button>
      <Dialog
        alert
        title="Erase everything"
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        actions={
          <>
            <Button look="danger" onPress={() => setOpen(false)}>
              Erase everything
            </Button>
            <Button onPress={() => setOpen(false)}>Keep it</Button>
          </>
        }
      >
        <p>
          What you said, what was understood and who you met is gone afterwards. Nobody can bring it back.
        </p>
      </Dialog>
    </>
  );
}

function Fields() {
  const [text, setText] = useState("I can teach you to sail a dinghy.");
  return (
    <Part title="Fields">
      <TextField label="Name" value="Ada" onChange={nothing} help="As others see it" isRequired />
      <TextField label="Code" value="12" onChange={nothing} error="This is too short." />
      <TextArea label="What brings you here?" value={text} onChange={setText} maxLength={5000} spoken />
      <Select
        label="Language"
        choices={[
          { id: "en", label: "English" },
          { id: "es", label: "Spanish" },
        ]}
        value="en"
        onChange={nothing}
      />
    </Part>
  );
}

function Choices() {
  const [on, setOn] = useState(true);
  const [formats, setFormats] = useState<("a" | "b")[]>(["a"]);
  const [seen, setSeen] = useState<"yes" | "no">("yes");
  const [weight, setWeight] = useState(1);
  return (
    <Part title="Choices">
      <Switch
        label="Others may hear my quotes"
        help="Never whole recordings."
        isSelected={on}
        onChange={setOn}
      />
      <CheckboxGroup
        label="How to meet"
        choices={[
          { id: "a", label: "Online" },
          { id: "b", label: "In person" },
        ]}
        value={formats}
        onChange={setFormats}
      />
      <RadioGroup
        label="Who can find me"
        choices={[
          { id: "yes", label: "Others can find me" },
          { id: "no", label: "Nobody can find me" },
        ]}
        value={seen}
        onChange={setSeen}
      />
      <Slider
        label="How much it counts"
        value={weight}
        onChange={setWeight}
        min={0}
        max={2}
        step={0.25}
        text={`${weight} ×`}
      />
    </Part>
  );
}

function Messages() {
  return (
    <Part title="Messages">
      <Notice>Nothing was changed.</Notice>
      <Notice tone="good" title="Ready">
        Eleven statements were understood.
      </Notice>
      <Notice tone="caution">You are offline.</Notice>
      <Notice tone="danger" action={<Button size="small">Try again</Button>}>
        Timbre cannot be reached.
      </Notice>
      <Progress label="Uploading" value={0.4} text="40 %" />
      <Progress label="Waiting" />
      <Skeleton />
      <EmptyState title="Nobody fits both ways yet" action={<Button>Speak</Button>}>
        That changes as you and others say more.
      </EmptyState>
    </Part>
  );
}

function Places() {
  return (
    <Part title="Places">
      <Tabs
        label="Versions"
        tabs={[
          { id: "now", label: "Now", content: <p>What is.</p> },
          { id: "before", label: "Before", content: <p>What was.</p> },
        ]}
      />
      <Disclosure title="Why this is asked">
        <p>Because it is needed.</p>
      </Disclosure>
      <List label="People">
        <ListItem>Ada</ListItem>
      </List>
    </Part>
  );
}
