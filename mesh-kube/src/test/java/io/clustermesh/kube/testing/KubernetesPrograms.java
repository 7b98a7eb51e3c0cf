package io.clustermesh.kube.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The real programs that tests of Kubernetes use: what {@code build/kubernetes.sh} finds, or builds once. */
public final class KubernetesPrograms {

    private KubernetesPrograms() {}

    /**
     * A program's file; none if there is none and it can't be built here, which the script says on stderr.
     *
     * @param program {@code kube-apiserver}, {@code helm}, or Cilium's {@code kvstoremesh} and {@code clustermesh-apiserver}
     */
    public static synchronized Optional<Path> find(String program) {
        Path script = root().resolve("build/kubernetes.sh");
        try {
            Process run = new ProcessBuilder(script.toString(), program)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String folder = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return run.waitFor() == 0 ? Optional.of(Path.of(folder.strip()).resolve(program)) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** The folder of this project. */
    public static Path root() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.isExecutable(at.resolve("build/kubernetes.sh"))) {
                return at;
            }
        }
        throw new IllegalStateException("not inside of the project: no folder above has a build/kubernetes.sh");
    }
}
