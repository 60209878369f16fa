using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.Data;

/// <summary>The tables of contacts, rules, and mails.</summary>
internal static class NotificationModel
{
    private const int WordLength = 16;

    public static void Build(ModelBuilder builder)
    {
        builder.Entity<Contact>(contact =>
        {
            contact.ToTable("contacts");
            contact.Property(each => each.Name).HasMaxLength(Contact.NameLength);
            contact.Property(each => each.Email).HasMaxLength(Contact.EmailLength);
            contact.Property(each => each.EmailKey).HasMaxLength(Contact.EmailLength);
            contact.Property(each => each.Relation).HasConversion<string>().HasMaxLength(WordLength);
            contact.Property(each => each.Language).HasMaxLength(Contact.LanguageLength);
            contact.HasOne<Person>().WithMany().HasForeignKey(each => each.PersonId).OnDelete(DeleteBehavior.Cascade);
            contact.HasIndex(each => new { each.PersonId, each.EmailKey }).IsUnique();
            contact.HasIndex(each => each.EmailKey);
        });
        builder.Entity<NotificationRule>(rule =>
        {
            rule.ToTable("notification_rules");
            rule.Property(each => each.Trigger).HasConversion<string>().HasMaxLength(WordLength);
            rule.Property(each => each.Period).HasConversion<string>().HasMaxLength(WordLength);
            rule.Property(each => each.Digest).HasConversion<string>().HasMaxLength(WordLength);
            rule.Property(each => each.SendOn).HasConversion<string>().HasMaxLength(WordLength);
            rule.Property(each => each.Addresses).HasMaxLength(NotificationRule.AddressesLength);
            rule.HasOne<Group>().WithMany().HasForeignKey(each => each.GroupId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<OutgoingMail>(mail =>
        {
            mail.ToTable("mails");
            mail.Property(each => each.Kind).HasConversion<string>().HasMaxLength(WordLength);
            mail.Property(each => each.State).HasConversion<string>().HasMaxLength(WordLength);
            mail.Property(each => each.Trouble).HasConversion<string>().HasMaxLength(WordLength);
            mail.Property(each => each.Address).HasMaxLength(Contact.EmailLength);
            mail.Property(each => each.About).HasMaxLength(OutgoingMail.AboutLength);
            mail.HasOne<Contact>().WithMany().HasForeignKey(each => each.ContactId).OnDelete(DeleteBehavior.Cascade);
            mail.HasIndex(each => new { each.State, each.NextAt });
            mail.HasIndex(each => each.EndedAt); // those of the last minute are counted before each mail
        });
        builder.Entity<Notification>(notification =>
        {
            notification.ToTable("notifications");
            notification.Property(each => each.Subject).HasMaxLength(Notification.SubjectLength);
            notification.Property(each => each.Recipient).HasMaxLength(Notification.RecipientLength);
            notification.Property(each => each.State).HasConversion<string>().HasMaxLength(WordLength);
            notification.HasOne<NotificationRule>().WithMany().HasForeignKey(each => each.RuleId).OnDelete(DeleteBehavior.Cascade);
            notification.HasOne<Person>().WithMany().HasForeignKey(each => each.PersonId).OnDelete(DeleteBehavior.Cascade);
            notification.HasOne<Session>().WithMany().HasForeignKey(each => each.SessionId).OnDelete(DeleteBehavior.Cascade);
            notification.HasOne<Contact>().WithMany().HasForeignKey(each => each.ContactId).OnDelete(DeleteBehavior.Cascade);
            notification.HasOne<OutgoingMail>().WithMany().HasForeignKey(each => each.MailId).OnDelete(DeleteBehavior.SetNull);
            notification.HasIndex(each => new { each.RuleId, each.PersonId, each.Subject, each.Recipient, each.IsCorrection }).IsUnique(); // nobody gets the same twice
            notification.HasIndex(each => new { each.State, each.DueAt });
        });
        builder.Entity<NotificationLook>(look =>
        {
            look.ToTable("notification_looks");
            look.Property(each => each.Id).ValueGeneratedNever();
        });
    }
}
