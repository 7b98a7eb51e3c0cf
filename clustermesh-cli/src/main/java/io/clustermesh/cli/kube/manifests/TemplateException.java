package io.clustermesh.cli.kube.manifests;

/** A template of the chart can't be rendered: where, why, and what to write instead. */
public final class TemplateException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    TemplateException(String template, int line, String rule) {
        super("%s, line %d: %s".formatted(template, line, rule));
    }
}
