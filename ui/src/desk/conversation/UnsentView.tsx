import { useTranslation } from "react-i18next";
import { useMe } from "../../app/session";
import { Avatar } from "../../parts/Avatar";
import { Pill } from "../../parts/Pill";
import { plainText } from "../compose/html";
import { recall } from "../compose/recall";
import { takeBack, type Unsent } from "../outbox";
import css from "./MessageView.module.css";

/** What waits for the connection. */
export function UnsentView({ unsent }: { unsent: Unsent }) {
  const { t } = useTranslation();
  const me = useMe();
  const note = unsent.kind === "notes";
  return (
    <div className={`${css.message} ${note ? css.note : css.mine}`}>
      <Avatar name={me.name} seed={`agent:${me.id}`} />
      <div className={css.box}>
        <div className={css.head}>
          <b>{t("common.you")}</b>
          <Pill tone="warn">{t("message.unsent")}</Pill>
          <button
            type="button"
            className={css.act}
            onClick={() => {
              const back = takeBack(unsent.key);
              if (back) recall(back.conversation, { html: back.body.html ?? "", note, recipients: back.body });
            }}
          >
            {t("common.edit")}
          </button>
        </div>
        <p className={css.text}>{plainText(unsent.body.html ?? "")}</p>
      </div>
    </div>
  );
}
