package dev.kindling.spark.communicate;

import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.DeviceGroups;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes groups. */
public final class Communicators {
  private static final Logger LOG = LoggerFactory.getLogger(Communicators.class);
  private static final AtomicReference<String> SAID = new AtomicReference<>();

  private static Transport shared;
  private static SparkEnv environment;

  private Communicators() {}

  /**
   * A group of all tasks of a barrier stage, by partition. Every task calls it at the same point.
   * Spark's {@code allGather} serves to find each other, and nothing else.
   *
   * @param timeout of every wait
   */
  public static Communicator inBarrier(BarrierTaskContext task, Duration timeout) {
    Transport transport = shared();
    int rank = task.partitionId();
    Member own = new Member(GroupKey.random(), transport.endpoint());
    // It is open before the others learn of it: who has heard of all may send at once, and one
    // barrier is enough. Each takes Spark up to a second.
    Mailbox mailbox = Mailboxes.open(own.key(), rank, task.getTaskInfos().length);
    try {
      List<Member> members =
          Arrays.stream(task.allGather(own.encoded())).map(Member::decoded).toList();
      Group group = transport.group(rank, members, mailbox, timeout);
      try {
        group.connect();
      } catch (RuntimeException e) {
        group.close();
        throw e;
      }
      return new GroupCommunicator(group);
    } catch (RuntimeException e) {
      Mailboxes.close(own.key(), rank);
      throw e;
    }
  }

  /**
   * A group of ranks in this JVM, which need no network: one end for each rank.
   *
   * @param timeout of every wait
   */
  public static List<Communicator> inThisJvm(int numRanks, Duration timeout) {
    GroupKey key = GroupKey.random();
    Endpoint here = new Endpoint("localhost", 0, Transport.JVM);
    List<Member> members = Member.all(key, Collections.nCopies(numRanks, here));
    List<Communicator> ends = new ArrayList<>();
    for (int rank = 0; rank < numRanks; rank++) {
      ends.add(
          new GroupCommunicator(
              new Group(rank, members, Mailboxes.open(key, rank, numRanks), null, timeout)));
    }
    return ends;
  }

  /**
   * The same ranks, which from now on sum up tensors of their devices there if they can; all of
   * them call it at the same point. They can where each has a device of its own, and what connects
   * devices is on every machine; otherwise such tensors go over the network too, through copies on
   * the host, and the first rank says why.
   *
   * @param ranks all of a group, just made; closes with the result
   * @param backend of this rank's tensors; closes after the result
   */
  public static Communicator onDevices(Communicator ranks, Backend backend) {
    Optional<DeviceGroups> groups = backend.deviceGroups();
    if (groups.isEmpty() || ranks.size() == 1) {
      return ranks;
    }
    Optional<String> obstacle = Announcement.obstacle(Announcement.exchange(ranks, groups.get()));
    if (ranks.rank() == 0) {
      say(
          obstacle
              .map(why -> "tensors of GPUs are summed up over the network, because " + why)
              .orElse("tensors of GPUs are summed up by the GPUs"));
    }
    return obstacle.isPresent()
        ? ranks
        : DeviceCommunicator.of((GroupCommunicator) ranks, backend, groups.get());
  }

  /** Every round makes its group anew, and most say the same. */
  private static void say(String line) {
    if (!line.equals(SAID.getAndSet(line))) {
      LOG.info("{}", line);
    }
  }

  /**
   * The executor's transport, which all of its tasks share. It stays open between groups: who ends
   * first must not take the answers to the last messages of the others away.
   */
  private static synchronized Transport shared() {
    SparkEnv env = SparkEnv.get();
    if (env != environment) {
      if (shared != null) {
        shared.close();
      }
      SparkConf conf = env.conf();
      String host = env.blockManager().blockManagerId().host();
      shared =
          env.securityManager().isAuthenticationEnabled()
              ? Transport.listen(conf, env.securityManager(), host)
              : Transport.listen(conf, host);
      environment = env;
    }
    return shared;
  }
}
