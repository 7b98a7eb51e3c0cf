package io.clustermesh.cli.kube.manifests;

/**
 * One object of the chart.
 *
 * @param template the chart's file that it comes from, for example {@code rbac.yaml}
 * @param kind its kind, for example {@code ClusterRole}
 * @param yaml its text, one YAML document
 */
public record Manifest(String template, String kind, String yaml) {

    /** @throws IllegalArgumentException for a document without a kind */
    public Manifest {
        if (kind.isBlank()) {
            throw new IllegalArgumentException(
                    "a document of %s has no kind; write one, or remove the document".formatted(template));
        }
    }
}
