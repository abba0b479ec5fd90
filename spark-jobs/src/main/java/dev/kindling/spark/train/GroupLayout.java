package dev.kindling.spark.train;

import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.layout.ModelLayout;
import dev.kindling.model.layout.PartLayout;
import dev.kindling.model.layout.PieceRange;
import dev.kindling.spark.parallel.Mesh;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * How the ranks of one replica share the model.
 *
 * @param model all of it
 * @param mesh the ranks
 * @param stages the pieces of every virtual stage, from the first to the last; stage i is on rank i
 *     modulo {@code pipelineParallel} of the pipeline
 */
public record GroupLayout(ArchitectureConfig model, Mesh mesh, List<PieceRange> stages)
    implements Serializable {
  /** Keeps an unmodifiable copy. */
  public GroupLayout {
    stages = List.copyOf(stages);
  }

  /** What the rank at a stage and slice of the mesh holds. */
  PartLayout part(int stage, int slice) {
    return part(model.placements(), stage, slice);
  }

  private PartLayout part(ModelLayout whole, int stage, int slice) {
    List<PieceRange> chunks = new ArrayList<>();
    for (int i = stage; i < stages.size(); i += mesh.pipelineParallel()) {
      chunks.add(stages.get(i));
    }
    return new PartLayout(whole, chunks, slice, mesh.tensorParallel());
  }

  /** {@link #part(int, int)} of a rank's number within its replica. */
  PartLayout part(int rankInReplica) {
    return part(mesh.stage(rankInReplica), mesh.slice(rankInReplica));
  }

  /** The parts of all ranks of a replica, by their numbers. */
  public List<PartLayout> parts() {
    ModelLayout whole = model.placements();
    List<PartLayout> parts = new ArrayList<>();
    for (int rank = 0; rank < mesh.ranksPerReplica(); rank++) {
      parts.add(part(whole, mesh.stage(rank), mesh.slice(rank)));
    }
    return parts;
  }
}
