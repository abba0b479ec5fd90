package dev.kindling.spark.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Checksums;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.tokenizer.TokenizerFile;
import dev.kindling.model.io.ModelConfigFile;
import dev.kindling.spark.checkpoint.CheckpointLayout.ShardVector;
import dev.kindling.spark.parallel.HadoopSettings;
import dev.kindling.spark.parallel.ParameterShard;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Writes one checkpoint. The sequence, of which every prefix is nothing:
 *
 * <ol>
 *   <li>tasks write every large file under names of their own attempts, and hash it;
 *   <li>the driver moves the attempts whose results it got to the files' names;
 *   <li>tasks read every file again and compare its hash;
 *   <li>the driver writes the small files, and {@code manifest.json} last, where there is none.
 * </ol>
 *
 * <p>Moving is one operation of a filesystem's name space on {@code file:} and {@code hdfs:}, and a
 * copy within the store on object stores. Nothing rests on its being atomic.
 */
public final class CheckpointWriter {
  private final JavaSparkContext spark;
  private final HadoopSettings hadoop;
  private final Checkpoints checkpoints;
  private final Runnable fence;

  /**
   * Writes below the directory of {@code checkpoints}.
   *
   * @param fence called before anything is changed and again just before the commit; throws if this
   *     driver is no longer the one to write here
   */
  public CheckpointWriter(
      JavaSparkContext spark, HadoopSettings hadoop, Checkpoints checkpoints, Runnable fence) {
    this.spark = spark;
    this.hadoop = hadoop;
    this.checkpoints = checkpoints;
    this.fence = fence;
  }

  /**
   * Writes, verifies and commits a checkpoint.
   *
   * @throws InvalidInputException if another run has committed the same one, or a file does not
   *     read back as it was written
   */
  public Checkpoint write(CheckpointContent content) {
    fence.run();
    long step = content.trainer().step();
    Path directory = checkpoints.prepare(step);
    try {
      FileSystem fs = directory.getFileSystem(hadoop.get());
      fs.mkdirs(directory);
      List<Manifest.Entry> entries = new ArrayList<>();
      for (WrittenFile file : writeLargeFiles(content, directory)) {
        move(fs, new Path(file.attempt()), new Path(directory, file.name()));
        entries.add(new Manifest.Entry(file.name(), file.bytes(), file.sha256()));
      }
      fs.delete(new Path(directory, CheckpointLayout.ATTEMPTS), true);
      entries.addAll(writeSmallFiles(fs, content, directory));
      FileVerifier.verify(spark, hadoop, directory, entries);
      Manifest manifest =
          new Manifest(
              Manifest.SCHEMA_VERSION,
              CheckpointLayout.KIND,
              fingerprint(content.trainer()),
              details(content),
              entries);
      fence.run();
      manifest.commit(hadoop.get(), directory);
      return new Checkpoint(directory, manifest, content.trainer());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the checkpoint " + directory, e);
    }
  }

  private List<WrittenFile> writeLargeFiles(CheckpointContent content, Path directory) {
    String path = directory.toString();
    long numParameters = content.state().layout().numElements();
    JavaRDD<ParameterShard> inOrder = InOrder.singlePartition(content.state().shards());
    List<JavaRDD<WrittenFile>> writers = new ArrayList<>();
    writers.add(inOrder.mapPartitions(new WriteModel(hadoop, path, content.model())));
    for (ShardVector vector : ShardVector.values()) {
      writers.add(inOrder.mapPartitions(new WriteShardVector(hadoop, path, vector, numParameters)));
    }
    writers.add(
        content.state().workers().flatMap(new WriteWorkerState(hadoop, path, numParameters)));
    spark.setJobDescription("write " + directory.getName());
    return spark.union(writers.toArray(newArray(writers.size()))).collect();
  }

  @SuppressWarnings("unchecked")
  private static JavaRDD<WrittenFile>[] newArray(int length) {
    return (JavaRDD<WrittenFile>[]) new JavaRDD<?>[length];
  }

  private static void move(FileSystem fs, Path attempt, Path file) throws IOException {
    if (!fs.rename(attempt, file)) {
      throw new IOException("cannot move " + attempt + " to " + file);
    }
  }

  private static List<Manifest.Entry> writeSmallFiles(
      FileSystem fs, CheckpointContent content, Path directory) throws IOException {
    byte[] config = new ModelConfigFile(content.model(), content.specialTokens()).toJson();
    List<Manifest.Entry> entries = new ArrayList<>();
    entries.add(writeFile(fs, directory, ModelConfigFile.NAME, config));
    entries.add(writeFile(fs, directory, TokenizerFile.NAME, content.tokenizer()));
    entries.add(writeFile(fs, directory, CheckpointLayout.METRICS, content.metrics()));
    entries.add(
        writeFile(
            fs, directory, CheckpointLayout.TRAINER, TrainerStateFile.toJson(content.trainer())));
    return entries;
  }

  private static Manifest.Entry writeFile(
      FileSystem fs, Path directory, String name, byte[] content) throws IOException {
    try (OutputStream out = fs.create(new Path(directory, name), false)) {
      out.write(content);
    }
    return new Manifest.Entry(name, content.length, Checksums.sha256(content));
  }

  private static String fingerprint(TrainerState trainer) {
    return Checksums.sha256(trainer.settings() + " after " + trainer.step() + " steps");
  }

  private static ObjectNode details(CheckpointContent content) {
    TrainerState trainer = content.trainer();
    ObjectNode details = Manifest.newDetails();
    details.put("step", trainer.step());
    details.put("round", trainer.round());
    details.put("tokens", trainer.tokens());
    details.put("parameters", trainer.numParameters());
    details.put("mesh", trainer.mesh().equation());
    return details;
  }
}
