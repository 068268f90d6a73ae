import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { get } from "../../api/client";
import type { Attachment } from "../../api/types";
import { Icon } from "../../parts/Icon";
import { Sheet, SheetBody } from "../../parts/Sheet";
import { Bone, Late } from "../../parts/Skeleton";
import { Failed } from "../../parts/Trouble";
import { fileUrl } from "../compose/html";

interface Props<T> {
  file: Attachment;
  close: () => void;
  className?: string;
  /** Below the file's address: what the server made of it. */
  part: string;
  /** What the sheet is called once its content is there; the file's name until then. */
  title?: (content: T) => string;
  /** Words of the button that downloads the file as it came; without them there is none. */
  download?: string;
  /** What could not be read, in words. */
  failed: string;
  children: (content: T) => ReactNode;
}

/** A sheet with what the server found in a file: fetched once, and the file itself to download. */
export function FileSheet<T>({ file, close, className, part, title, download, failed, children }: Props<T>) {
  const { t } = useTranslation();
  const found = useQuery({
    queryKey: [part, file.id],
    queryFn: ({ signal }) => get<T>(`/attachments/${file.id}/${part}`, undefined, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const name = (found.data && title?.(found.data)) || file.name;
  return (
    <Sheet label={name} close={close} className={className}>
      <SheetBody
        title={name}
        foot={
          <>
            {download && (
              <Button component="a" href={fileUrl(file.id)} download={file.name} leftSection={<Icon name="download" />}>
                {download}
              </Button>
            )}
            <Button onClick={close}>{t("common.close")}</Button>
          </>
        }
      >
        {found.data ? (
          children(found.data)
        ) : found.isError ? (
          <Failed what={failed} error={found.error} retry={() => void found.refetch()} />
        ) : (
          <Late>
            <Bone width="50%" />
            <Bone width="90%" />
            <Bone width="80%" />
          </Late>
        )}
      </SheetBody>
    </Sheet>
  );
}
