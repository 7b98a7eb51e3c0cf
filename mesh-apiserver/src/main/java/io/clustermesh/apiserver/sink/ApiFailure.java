package io.clustermesh.apiserver.sink;

import io.fabric8.kubernetes.client.KubernetesClientException;

/** What a refused or failed write means. */
sealed interface ApiFailure {

    /** In the API server's words, with the next step. */
    String message();

    /** It is there already. */
    record Exists(String message) implements ApiFailure {}

    /** It, or its namespace, is not there, or on its way out: nothing to be done. */
    record Gone(String message) implements ApiFailure {}

    /** The object itself is refused; trying again won't help. */
    record Invalid(String message) implements ApiFailure {}

    /** A role is missing; somebody may add it. */
    record Denied(String message) implements ApiFailure {}

    /** The API server is away or busy. */
    record Unavailable(String message) implements ApiFailure {}

    /**
     * Of what fabric8 threw.
     *
     * @param rule what a role must say for this
     */
    static ApiFailure of(KubernetesClientException e, String rule) {
        String text = e.getStatus() == null || e.getStatus().getMessage() == null
                ? String.valueOf(e.getMessage())
                : e.getStatus().getMessage();
        return switch (e.getCode()) {
            case 409 -> new Exists(text);
            case 404 -> new Gone(text);
            case 400, 422 -> new Invalid(text);
            case 401, 403 ->
                leaving(e)
                        ? new Gone(text)
                        : new Denied(text + "; add to the cluster role of mesh-apiserver's service account: " + rule);
            default -> new Unavailable(text);
        };
    }

    /** Forbidden, but not for want of a role: nothing is made in a namespace that is being deleted. */
    private static boolean leaving(KubernetesClientException e) {
        return e.getStatus() != null
                && e.getStatus().getDetails() != null
                && e.getStatus().getDetails().getCauses() != null
                && e.getStatus().getDetails().getCauses().stream()
                        .anyMatch(cause -> "NamespaceTerminating".equals(cause.getReason()));
    }
}
