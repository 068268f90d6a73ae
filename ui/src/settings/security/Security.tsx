import { useTranslation } from "react-i18next";
import { Page } from "../form/Page";
import { AppCodes } from "./AppCodes";
import { Devices } from "./Devices";
import { Passkeys } from "./Passkeys";
import { Password } from "./Password";

/** How an agent signs in, and where he is signed in. */
export default function Security() {
  const { t } = useTranslation();
  return (
    <Page title={t("settings.security.title")} about={t("settings.security.about")}>
      <Password />
      <AppCodes />
      <Passkeys />
      <Devices />
    </Page>
  );
}
