import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";

// What must appear may take its time on a busy machine; waiting costs nothing where it appears.
configure({ asyncUtilTimeout: 30_000 });

afterEach(cleanup);
