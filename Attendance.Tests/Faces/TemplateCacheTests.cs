using Attendance.Tests.Subjects;
using Attendance.Web.Faces;
using Attendance.Web.Faces.Templates;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Attendance.Tests.Faces;

public sealed class TemplateCacheTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void A_template_is_given_out_only_for_the_shots_that_it_was_made_of()
    {
        var cache = Cache();
        var (person, first, second) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        var mean = TestEmbeddings.Random(1);
        cache.Keep(person, [first, second], mean);

        Assert.Same(mean, cache.Find(person, [second, first]));
        Assert.Null(cache.Find(person, [first])); // one shot was deleted
        Assert.Equal(0, cache.Count);
        cache.Keep(person, [first], mean);
        Assert.Null(cache.Find(person, [first, second]));
        Assert.Null(cache.Find(Guid.NewGuid(), [first]));
    }

    [Fact]
    public void The_least_recently_used_person_is_dropped_from_the_cache()
    {
        var cache = Cache(capacity: 2);
        Guid[] people = [Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid()];
        cache.Keep(people[0], people, TestEmbeddings.Random(1));
        cache.Keep(people[1], people, TestEmbeddings.Random(2));
        Assert.NotNull(cache.Find(people[0], people));

        cache.Keep(people[2], people, TestEmbeddings.Random(3));

        Assert.Equal(2, cache.Count);
        Assert.Null(cache.Find(people[1], people));
        Assert.NotNull(cache.Find(people[0], people));
    }

    [Fact]
    public void A_person_who_is_not_asked_for_any_more_is_dropped_from_the_cache()
    {
        var cache = Cache();
        Guid[] people = [Guid.NewGuid(), Guid.NewGuid()];
        cache.Keep(people[0], people, TestEmbeddings.Random(1));
        _clock.Advance(TimeSpan.FromMinutes(6));
        cache.Keep(people[1], people, TestEmbeddings.Random(2));
        _clock.Advance(TimeSpan.FromMinutes(6));

        Assert.NotNull(cache.Find(people[1], people));
        Assert.Equal(1, cache.Count);
    }

    [Fact]
    public void A_cache_without_capacity_keeps_nothing()
    {
        var cache = Cache(capacity: 0);
        var person = Guid.NewGuid();

        cache.Keep(person, [person], TestEmbeddings.Random(1));

        Assert.Equal(0, cache.Count);
    }

    private TemplateCache Cache(int capacity = 10) => new(Options.Create(new RecognitionOptions { CachedPeople = capacity }), _clock);
}
