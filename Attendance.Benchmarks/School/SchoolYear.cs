using Attendance.Web.Data;
using Attendance.Web.Schedules;

namespace Attendance.Benchmarks.School;

/// <summary>A year of an invented school: who is in which group, and when. Its last day is today.</summary>
internal sealed class SchoolYear
{
    public const int People = 1000, Groups = 40, Lessons = 8;
    private const string Zone = "Europe/Vienna";
    private static readonly MarkRules s_rules = new() { OpensBefore = TimeSpan.FromMinutes(10), LateAfter = TimeSpan.FromMinutes(5), ClosesAfter = TimeSpan.FromMinutes(15) };
    private static readonly string[] s_subjects = ["Mathematics", "English", "History", "Physics", "Biology", "Music", "Geography", "Sport"];

    private readonly Random _random = new(7); // the same school each time

    public SchoolYear(int days, DateTime now)
    {
        Days = [.. Enumerable.Range(0, 2 * days).Select(back => DateOnly.FromDateTime(now).AddDays(-back))
            .Where((day, back) => back == 0 || day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday)).Take(days).Reverse()];
        var begun = Days[0].ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc).AddDays(-30);
        foreach (var index in Enumerable.Range(0, Groups))
        {
            var group = new Group { CreatedAt = begun };
            group.Rename($"Class {(index / 4) + 1}{(char)('a' + (index % 4))}");
            AllGroups.Add(group);
            AllSchedules.AddRange(Enumerable.Range(0, Lessons).Select(lesson => ScheduleOf(group, lesson, begun)));
        }

        foreach (var index in Enumerable.Range(0, People))
        {
            var person = new Person { CreatedAt = begun };
            person.Describe(NameOf(index), $"S-{index:0000}", null, begun);
            AllPeople.Add(person);
            Memberships.Add(new Membership { GroupId = AllGroups[index % Groups].Id, PersonId = person.Id, From = begun });
        }
    }

    private static readonly string[] s_names =
        ["Ada", "Zoë", "李", "Mária", "Øyvind", "Łukasz", "Νίκος", "Олена", "محمد", "José", "Ines", "Bob", "Carl", "Dora", "Emil", "Fritz", "Gerda", "Hugo", "Ida", "Jan", "Kai", "Lea", "Mona", "Nils", "Otto"];

    private static readonly string[] s_families =
    [
        "Lovelace", "Müller", "Nguyen", "García", "Svensson", "Kowalska", "Papadopoulos", "Shevchenko", "Haddad", "Silva", "Rossi", "Dubois", "Novák", "Horváth", "Popescu", "Ivanov", "Yılmaz", "Kim", "Sato", "Singh",
        "Cohen", "O’Brien", "van Dijk", "Larsen", "Virtanen", "Jansen", "Weber", "Fischer", "Huber", "Gruber", "Moser", "Steiner", "Bauer", "Wagner", "Pichler", "Berger", "Hofer", "Eder", "Fuchs", "Leitner",
    ];

    /// <summary>Returns one of a thousand names. Every thousandth person has the same.</summary>
    public static string NameOf(int index) => $"{s_names[index % s_names.Length]} {s_families[index / s_names.Length % s_families.Length]}";

    public IReadOnlyList<DateOnly> Days { get; }

    public List<Person> AllPeople { get; } = [];

    public List<Group> AllGroups { get; } = [];

    public List<Membership> Memberships { get; } = [];

    public List<Schedule> AllSchedules { get; } = [];

    public IEnumerable<Session> SessionsOf(DateOnly day) => AllSchedules.Select(schedule =>
    {
        var start = Zones.ToUtc(Zone, day, schedule.StartsAt);
        var session = new Session
        {
            ScheduleId = schedule.Id, OriginalDay = day, OriginalStart = start, Name = schedule.Name, Zone = Zone, Place = schedule.Place, PlaceKey = schedule.PlaceKey, Rules = s_rules,
        };
        session.SetTimes(start, start + schedule.Duration, day);
        session.Groups.Add(new SessionGroup { SessionId = session.Id, GroupId = schedule.Groups[0].GroupId });
        return session;
    });

    /// <summary>What happens in a session: of a hundred people, 91 come in time and four late; of the other five, one is excused.</summary>
    public IEnumerable<CheckInEvent> EventsOf(Session session, IEnumerable<Guid> people)
    {
        foreach (var person in people)
        {
            var luck = _random.Next(100);
            if (luck < 95)
            {
                var at = session.StartsAt.AddSeconds(luck < 91 ? -_random.Next(500) : 400 + _random.Next(900));
                yield return new CheckInEvent
                {
                    Id = Guid.NewGuid(), PersonId = person, At = at, RecordedAt = at.AddSeconds(1), Method = CheckInMethod.Face, Place = session.Place, KioskId = "kiosk-1",
                    Evidence = """{"distance":0.3127,"next_distance":0.6214,"frames":4,"model":"face-1","max_distance":0.5,"min_margin":0.08,"live":true}""",
                };
            }
            else if (luck == 95)
            {
                yield return new CheckInEvent
                {
                    Id = Guid.NewGuid(), PersonId = person, At = session.StartsAt.AddHours(-9), RecordedAt = session.StartsAt.AddHours(-9), Method = CheckInMethod.Correction,
                    States = Mark.Excused, AccountId = "bench", Reason = "At the dentist",
                };
            }
        }
    }

    private static Schedule ScheduleOf(Group group, int lesson, DateTime begun)
    {
        var schedule = new Schedule
        {
            Name = $"{s_subjects[lesson]} {group.Name}", Recurrence = Recurrence.Weekly([.. Recurrence.Week.Take(5)], 1, null), FirstDay = DateOnly.FromDateTime(begun), StartsAt = new TimeOnly(8, 0).AddMinutes(55 * lesson),
            Duration = TimeSpan.FromMinutes(50), Zone = Zone, Place = $"Room {group.Name}", PlaceKey = Places.Key($"Room {group.Name}"), Rules = s_rules, CreatedAt = begun,
        };
        schedule.Groups.Add(new ScheduleGroup { ScheduleId = schedule.Id, GroupId = group.Id });
        return schedule;
    }
}
