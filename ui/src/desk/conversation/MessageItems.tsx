import { Menu } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { LateMenu } from "../../parts/LateMenu";
import type { Face } from "../../parts/OnReach";

type Sheet = "why" | "forward" | "move" | "redact" | "erase";

interface Props {
  face: Face;
  open: boolean;
  setOpen: (open: boolean) => void;
  /** Where the mail as it came lies. */
  raw: string | undefined;
  takeBack: (() => void) | undefined;
  offers: Sheet[];
  /** What cannot be taken back. */
  harms: Sheet[];
  choose: (sheet: Sheet) => void;
}

/** What a message offers. */
export default function MessageItems({ face, open, setOpen, raw, takeBack, offers, harms, choose }: Props) {
  const { t } = useTranslation();
  const item = (sheet: Sheet) => (
    <Menu.Item key={sheet} onClick={() => choose(sheet)}>
      {t(`message.${sheet}`)}
    </Menu.Item>
  );
  return (
    <LateMenu face={face} open={open} setOpen={setOpen} width={240}>
      {takeBack && <Menu.Item onClick={takeBack}>{t("message.take_back")}</Menu.Item>}
      {raw && (
        <Menu.Item component="a" href={raw} download>
          {t("message.original_title")}
        </Menu.Item>
      )}
      {offers.map(item)}
      {harms.length > 0 && <Menu.Divider />}
      {harms.map(item)}
    </LateMenu>
  );
}
