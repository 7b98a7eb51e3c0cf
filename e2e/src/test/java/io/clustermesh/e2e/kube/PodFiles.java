package io.clustermesh.e2e.kube;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The volumes of one pod as folders. Without mount namespaces a container can't see them where the manifest mounts them,
 * so {@link #translate} puts the folders' own paths where texts (arguments, configuration) name a mount.
 */
final class PodFiles {

    private final PodSpec spec;
    private final Path folder;
    private final Map<String, Path> host;

    /**
     * @param folder of this pod alone
     * @param host stand-ins for folders of the node, by their path there
     */
    PodFiles(PodSpec spec, Path folder, Map<String, Path> host) {
        this.spec = spec;
        this.folder = folder;
        this.host = Map.copyOf(host);
    }

    /** The ConfigMaps and Secrets of the pod's namespace, by name. */
    record Objects(Map<String, ConfigMap> configMaps, Map<String, Secret> secrets) {}

    /**
     * Brings every volume up to date, as a kubelet does while the pod runs.
     *
     * @return what is missing and not optional; empty if the pod can start
     */
    List<String> project(Objects objects) throws IOException {
        List<String> missing = new ArrayList<>();
        for (Volume volume : spec.getVolumes()) {
            Path at = place(volume);
            if (volume.getHostPath() == null) {
                Files.createDirectories(at);
            }
            Map<String, byte[]> files = new TreeMap<>();
            boolean projected = false;
            if (volume.getConfigMap() != null) {
                projected = true;
                missing.addAll(configMap(
                        objects,
                        volume.getConfigMap().getName(),
                        volume.getConfigMap().getItems(),
                        volume.getConfigMap().getOptional(),
                        files));
            } else if (volume.getSecret() != null) {
                projected = true;
                missing.addAll(secret(
                        objects,
                        volume.getSecret().getSecretName(),
                        volume.getSecret().getItems(),
                        volume.getSecret().getOptional(),
                        files));
            } else if (volume.getProjected() != null) {
                projected = true;
                for (VolumeProjection source : volume.getProjected().getSources()) {
                    missing.addAll(projected(objects, source, files));
                }
            }
            if (projected) {
                write(at, files);
            }
        }
        return missing;
    }

    private List<String> projected(Objects objects, VolumeProjection source, Map<String, byte[]> files) {
        if (source.getSecret() != null) {
            return secret(
                    objects,
                    source.getSecret().getName(),
                    source.getSecret().getItems(),
                    source.getSecret().getOptional(),
                    files);
        }
        if (source.getConfigMap() != null) {
            return configMap(
                    objects,
                    source.getConfigMap().getName(),
                    source.getConfigMap().getItems(),
                    source.getConfigMap().getOptional(),
                    files);
        }
        return List.of("a source of a projected volume that the stand-in does not know");
    }

    private static List<String> configMap(
            Objects objects,
            String name,
            List<KeyToPath> items,
            @Nullable Boolean optional,
            Map<String, byte[]> files) {
        Optional<Map<String, byte[]>> data =
                Optional.ofNullable(objects.configMaps().get(name)).map(found -> bytes(found.getData()));
        return take("ConfigMap " + name, data, items, optional, files);
    }

    private static List<String> secret(
            Objects objects,
            String name,
            List<KeyToPath> items,
            @Nullable Boolean optional,
            Map<String, byte[]> files) {
        Optional<Map<String, byte[]>> data =
                Optional.ofNullable(objects.secrets().get(name)).map(found -> decoded(found.getData()));
        return take("Secret " + name, data, items, optional, files);
    }

    private static List<String> take(
            String name,
            Optional<Map<String, byte[]>> data,
            List<KeyToPath> items,
            @Nullable Boolean optional,
            Map<String, byte[]> files) {
        if (data.isEmpty()) {
            return Boolean.TRUE.equals(optional) ? List.of() : List.of(name);
        }
        if (items == null || items.isEmpty()) {
            files.putAll(data.get());
            return List.of();
        }
        List<String> missing = new ArrayList<>();
        for (KeyToPath item : items) {
            byte[] content = data.get().get(item.getKey());
            if (content != null) {
                files.put(item.getPath(), content);
            } else {
                missing.add("key %s of %s".formatted(item.getKey(), name));
            }
        }
        return missing;
    }

    private static Map<String, byte[]> bytes(@Nullable Map<String, String> data) {
        Map<String, byte[]> bytes = new TreeMap<>();
        if (data != null) {
            data.forEach((key, text) -> bytes.put(key, text.getBytes(StandardCharsets.UTF_8)));
        }
        return bytes;
    }

    private static Map<String, byte[]> decoded(@Nullable Map<String, String> data) {
        Map<String, byte[]> bytes = new TreeMap<>();
        if (data != null) {
            data.forEach((key, text) -> bytes.put(key, Base64.getDecoder().decode(text)));
        }
        return bytes;
    }

    /** Texts are translated, so that what the configuration names is found; what did not change is not touched. */
    private void write(Path at, Map<String, byte[]> files) throws IOException {
        try (Stream<Path> old = Files.list(at)) {
            for (Path file : old.toList()) {
                if (!files.containsKey(String.valueOf(file.getFileName()))) {
                    Files.delete(file);
                }
            }
        }
        for (var file : files.entrySet()) {
            byte[] content = translate(new String(file.getValue(), StandardCharsets.UTF_8))
                    .getBytes(StandardCharsets.UTF_8);
            Path path = at.resolve(file.getKey());
            if (!Files.exists(path) || !java.util.Arrays.equals(Files.readAllBytes(path), content)) {
                Path fresh = folder.resolve("next");
                Files.write(fresh, content);
                Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    /** The text with every mounted path replaced by where the volume really is, the longest first. */
    String translate(String text) {
        List<VolumeMount> mounts =
                new ArrayList<>(spec.getContainers().getFirst().getVolumeMounts());
        mounts.sort(Comparator.comparingInt(
                (VolumeMount mount) -> -mount.getMountPath().length()));
        String translated = text;
        for (int i = 0; i < mounts.size(); i++) {
            translated = translated.replaceAll(
                    "(?<![A-Za-z0-9._/-])"
                            + java.util.regex.Pattern.quote(mounts.get(i).getMountPath()) + "(?![A-Za-z0-9._-])",
                    "\u0001" + i + "\u0002");
        }
        translated = home(translated);
        for (int i = 0; i < mounts.size(); i++) {
            translated = translated.replace(
                    "\u0001" + i + "\u0002", real(mounts.get(i)).toString());
        }
        return translated;
    }

    /** A folder that holds mounts and is none itself: the processes' home. */
    private String home(String text) {
        return text.replaceAll("(?<![A-Za-z0-9._/-])/etc/clustermesh(?![A-Za-z0-9._/-])", root().toString());
    }

    private Path root() {
        return folder.resolve("root");
    }

    /** Links in one folder to what is mounted below the processes' home. */
    void link() throws IOException {
        Files.createDirectories(root());
        for (VolumeMount mount : spec.getContainers().getFirst().getVolumeMounts()) {
            Path path = Path.of(mount.getMountPath());
            if (path.getParent() != null && path.getParent().equals(Path.of("/etc/clustermesh"))) {
                Path link = root().resolve(path.getFileName());
                Files.deleteIfExists(link);
                Files.createSymbolicLink(link, real(mount));
            }
        }
    }

    /** Where {@code mountPath} of the container is. */
    Path mounted(String mountPath) {
        return spec.getContainers().getFirst().getVolumeMounts().stream()
                .filter(mount -> mount.getMountPath().equals(mountPath))
                .map(this::real)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("nothing is mounted at " + mountPath));
    }

    private Path real(VolumeMount mount) {
        Path volume = spec.getVolumes().stream()
                .filter(found -> found.getName().equals(mount.getName()))
                .map(this::place)
                .findFirst()
                .orElseGet(() -> folder.resolve("v").resolve(mount.getName()));
        return mount.getSubPath() == null || mount.getSubPath().isEmpty() ? volume : volume.resolve(mount.getSubPath());
    }

    private Path place(Volume volume) {
        if (volume.getHostPath() == null) {
            return folder.resolve("v").resolve(volume.getName());
        }
        Path stand = host.get(volume.getHostPath().getPath());
        if (stand == null) {
            throw new IllegalStateException(
                    "the node has no stand-in for " + volume.getHostPath().getPath());
        }
        return stand;
    }
}
