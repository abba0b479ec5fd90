package dev.kindling.spark.train;

import dev.kindling.model.layout.PartLayout;
import dev.kindling.spark.communicate.Communicator;
import dev.kindling.spark.parallel.Mesh;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The groups that one rank of the mesh is in. All ranks make theirs in the same order.
 *
 * @param world all ranks
 * @param replica the ranks that hold this replica
 * @param pipeline those of the same replica and slice, by stage
 * @param tensor those of the same replica and stage, by slice
 * @param data those of the same stage and slice, by replica
 * @param tied for every set of stages that share parameters, and of which this rank's is one: those
 *     ranks, with the names of the parameters
 */
record RankGroups(
    Communicator world,
    Communicator replica,
    Communicator pipeline,
    Communicator tensor,
    Communicator data,
    Map<Communicator, List<String>> tied) {

  static RankGroups of(Communicator world, GroupLayout layout) {
    Mesh mesh = layout.mesh();
    int replica = mesh.replica(world.rank());
    int stage = mesh.stage(world.rank());
    int slice = mesh.slice(world.rank());
    List<Integer> ofReplica = new ArrayList<>();
    List<Integer> ofPipeline = new ArrayList<>();
    for (int s = 0; s < mesh.pipelineParallel(); s++) {
      ofPipeline.add(mesh.rank(replica, s, slice));
      for (int t = 0; t < mesh.tensorParallel(); t++) {
        ofReplica.add(mesh.rank(replica, s, t));
      }
    }
    List<Integer> ofTensor = new ArrayList<>();
    for (int t = 0; t < mesh.tensorParallel(); t++) {
      ofTensor.add(mesh.rank(replica, stage, t));
    }
    List<Integer> ofData = new ArrayList<>();
    for (int r = 0; r < mesh.dataParallel(); r++) {
      ofData.add(mesh.rank(r, stage, slice));
    }
    return new RankGroups(
        world,
        world.subgroup(ofReplica),
        world.subgroup(ofPipeline),
        world.subgroup(ofTensor),
        world.subgroup(ofData),
        tied(world, layout, replica, stage, slice));
  }

  private static Map<Communicator, List<String>> tied(
      Communicator world, GroupLayout layout, int replica, int stage, int slice) {
    Map<Communicator, List<String>> groups = new LinkedHashMap<>();
    for (Map.Entry<List<Integer>, List<String>> tie : ties(layout, slice).entrySet()) {
      boolean isIn = tie.getKey().contains(stage);
      List<Integer> ranks =
          isIn
              ? tie.getKey().stream().map(s -> layout.mesh().rank(replica, s, slice)).toList()
              : List.of(world.rank());
      // Who is in none makes one of itself, so that all have made as many.
      Communicator group = world.subgroup(ranks);
      if (isIn) {
        groups.put(group, tie.getValue());
      }
    }
    return groups;
  }

  /** The sets of two stages or more that hold a parameter, with the parameters of each set. */
  private static Map<List<Integer>, List<String>> ties(GroupLayout layout, int slice) {
    Map<String, TreeSet<Integer>> holders = new LinkedHashMap<>();
    for (int stage = 0; stage < layout.mesh().pipelineParallel(); stage++) {
      for (PartLayout.Held held : layout.part(stage, slice).held()) {
        holders.computeIfAbsent(held.local().name(), name -> new TreeSet<>()).add(stage);
      }
    }
    Map<List<Integer>, List<String>> ties =
        new TreeMap<>((left, right) -> left.toString().compareTo(right.toString()));
    holders.forEach(
        (name, stages) -> {
          if (stages.size() > 1) {
            ties.computeIfAbsent(List.copyOf(stages), key -> new ArrayList<>()).add(name);
          }
        });
    return ties;
  }

  void close() {
    tied.keySet().forEach(Communicator::close);
    List.of(data, tensor, pipeline, replica).forEach(Communicator::close);
    world.close();
  }
}
