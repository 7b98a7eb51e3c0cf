package io.clustermesh.nodesync.audit;

/** How the tables can differ from what was written to them. */
public enum Drift {
    /** A frontend that was written is not there. */
    FRONTEND_MISSING,
    /** A frontend's entry is another one. */
    FRONTEND_CHANGED,
    /** A frontend that nobody here wrote. */
    FRONTEND_FOREIGN,
    /** A policy word is another one. */
    POLICY,
    /** A slot's table holds other backends. */
    TABLE,
    /** A backend's entry is gone or another one. */
    BACKEND_CHANGED,
    /** A backend's state byte is another one. */
    BACKEND_STATE,
    /** A backend that nobody here wrote. */
    BACKEND_FOREIGN,
    /** A cluster-down bit is another one. */
    CLUSTER_DOWN,
    /** An entry that can't be read. */
    UNREADABLE,
    /** The tables hold what was written, but the records ask for something else. */
    STALE
}
