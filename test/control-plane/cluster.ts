/**
 * A control plane as its users see it.
 *
 * @module
 */
import { join } from "node:path";
import { type Admin, createAdmin } from "./admin.ts";
import { type AuditLog, openAuditLog } from "./audit-log.ts";

/** What another process needs to use a control plane: plain data. */
export interface Coordinates {
  /** `https://127.0.0.1:<port>` */
  readonly url: string;
  readonly caPem: string;
  /** A client certificate of a user in `system:masters`. */
  readonly certPem: string;
  readonly keyPem: string;
  /** A kubeconfig of that user. */
  readonly kubeconfigPath: string;
  readonly auditLogPath: string;
  /** A temporary folder that goes with the control plane; tests may put files there. */
  readonly folder: string;
}

/** A control plane that is used but not owned. */
export interface Cluster extends Coordinates {
  /** A client of the user in `system:masters`. */
  readonly admin: Admin;
  readonly auditLog: AuditLog;
}

/** Makes the clients of a control plane that runs already. */
export function connect(coordinates: Coordinates): Cluster {
  const admin = createAdmin(coordinates);
  return { ...coordinates, admin, auditLog: openAuditLog(coordinates.auditLogPath, admin.client) };
}

/** Where a control plane in `folder` has what its users read. */
export function pathsIn(folder: string): Pick<Coordinates, "folder" | "kubeconfigPath" | "auditLogPath"> {
  return {
    folder,
    kubeconfigPath: join(folder, "admin.kubeconfig"),
    auditLogPath: join(folder, "audit.log"),
  };
}
